using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>A tensor of inputs, read from <c>.npy</c>.</summary>
/// <param name="Values">Row-major values.</param>
/// <param name="Shape">[N, C, H, W], or [C, H, W] for one input.</param>
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
        return array.Count == 1 ? (array.Values, array.Shape) : throw new DataException($"Tensor '{path}' holds {array.Count} inputs; one was wanted. Save x[0:1].");
    }

    /// <summary>Reads a file for a network.</summary>
    /// <exception cref="DataException">It is no .npy file of floats, or has another shape than the network takes.</exception>
    public static TensorFile Read(string path, ConvNet net)
    {
        var array = NpyFile.Read<float>(path);
        var wanted = net.Image.Shape!;
        var item = array.Shape.Length == 4 ? array.Shape[1..] : array.Shape;
        var fits = item.Length == 3 && array.Values.Length > 0
            && item.Zip(wanted.Dims.Skip(1)).All(static p => !p.Second.IsKnown || p.Second.Size == p.First);
        return fits ? new TensorFile(array.Values, array.Shape) : throw new DataException(
            $"Tensor '{path}' has shape [{string.Join(',', array.Shape)}], but the model takes {wanted} ({(net.Axes == ImageAxes.Nhwc ? "N,H,W,C" : "N,C,H,W")}), or one input without N. " +
            "Save an array of that shape.");
    }
}
