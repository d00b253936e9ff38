using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>A tensor of inputs, read from <c>.npy</c>.</summary>
/// <param name="Values">Row-major values.</param>
/// <param name="Shape">[N, C, H, W] in the network's order, or without N for one input.</param>
internal sealed record TensorFile(float[] Values, int[] Shape)
{
    /// <summary>Gets rows and columns of one input.</summary>
    /// <param name="net">The network, which knows the order of the axes.</param>
    public (int Height, int Width) Size(ConvNet net) => (Shape[^(4 - net.Axes.Rows)], Shape[^(4 - net.Axes.Columns)]);

    public int Count => Shape.Length == 4 ? Shape[0] : 1;

    /// <summary>Reads a file with one input for a network.</summary>
    /// <exception cref="DataException">As <see cref="Read"/>, or it holds several inputs.</exception>
    public static (float[] Values, int[] Shape) ReadOne(string path, ConvNet net)
    {
        var array = Read(path, net);
        return array.Count == 1 ? (array.Values, array.Shape)
            : throw new DataException($"Tensor '{path}' holds {array.Count} inputs; one was wanted. Save x[0:1].");
    }

    /// <summary>Reads a file for a network.</summary>
    /// <exception cref="DataException">It is no .npy file of floats, has another shape than the network takes, or holds values that are NaN or
    /// infinite.</exception>
    public static TensorFile Read(string path, ConvNet net)
    {
        var array = NpyFile.Read<float>(path);
        var wanted = net.Image.Shape!;
        var item = array.Shape.Length == 4 ? array.Shape[1..] : array.Shape;
        var fits = item.Length == 3 && array.Values.Length > 0
            && item.Zip(wanted.Dims.Skip(1)).All(static p => !p.Second.IsKnown || p.Second.Size == p.First);
        if (!fits)
        {
            throw new DataException(
                $"Tensor '{path}' has shape [{string.Join(',', array.Shape)}], but the model takes {wanted} ({net.Axes}), or one input without N. " +
                "Save an array of that shape.");
        }

        RefuseNoNumbers(path, array);
        return new TensorFile(array.Values, array.Shape);
    }

    private static void RefuseNoNumbers(string path, NpyArray<float> array)
    {
        var first = Array.FindIndex(array.Values, static v => !float.IsFinite(v));
        if (first < 0) return;
        var (place, rest) = (new int[array.Shape.Length], first);
        for (var axis = place.Length - 1; axis >= 0; axis--) (rest, place[axis]) = Math.DivRem(rest, array.Shape[axis]);
        var others = array.Values.AsSpan(first + 1).ToArray().Count(static v => !float.IsFinite(v));
        throw new DataException(string.Create(CultureInfo.InvariantCulture,
            $"Tensor '{path}' holds {array.Values[first]} at " +
            $"[{string.Join(',', place)}]{(others > 0 ? $" and {others} more values that are NaN or infinite" : "")}; ") +
            "finite numbers were wanted. Look for where they were computed, or replace them, for example with numpy.nan_to_num(x).");
    }
}
