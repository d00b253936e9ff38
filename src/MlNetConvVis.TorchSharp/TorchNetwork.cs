using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>Runs a network as it is used, not trained, with LibTorch: running statistics, no dropout. Not for several threads at a time.</summary>
public sealed class TorchNetwork : IDisposable
{
    private readonly OnnxGraph _network;
    private readonly string _output;
    private readonly TorchArithmetic _arithmetic;
    private readonly Dictionary<string, Tensor> _known;

    /// <summary>Puts a network on a device.</summary>
    /// <param name="network">A network in canonical form with one image input, of the operators that specs are compiled to.</param>
    /// <param name="output">The value to compute; null for the network's output.</param>
    /// <param name="settings">Device and threads.</param>
    /// <exception cref="TorchMissingException">LibTorch is not there or does not load.</exception>
    /// <exception cref="SessionException">The device is missing.</exception>
    public TorchNetwork(OnnxGraph network, string? output, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        (_network, _output, _arithmetic) = (network, output ?? network.Outputs[0].Name, new TorchArithmetic(LibTorch.Open(settings)));
        _known = network.Initializers.Where(static i => i.Value.Type == ElementType.Float)
            .ToDictionary(static i => i.Key, i => _arithmetic.Place(i.Value), StringComparer.Ordinal);
    }

    /// <summary>Computes the output for some images.</summary>
    /// <param name="images">The images after preprocessing, one behind the other, each of the input's shape [C, H, W].</param>
    /// <param name="count">How many there are.</param>
    /// <returns>The output's values, image by image.</returns>
    /// <exception cref="GraphException">An operator is none that specs are compiled to, or the images do not fit the network.</exception>
    public float[] Run(ReadOnlySpan<float> images, int count)
    {
        var input = _network.Inputs[0];
        long[] dims = [count, .. input.Shape!.Dims.Skip(1).Select(static d => d.Size)];
        if (images.Length != OnnxTensor.Product(dims))
        {
            throw new GraphException(
                $"{images.Length} numbers came for {count} images, but input '{input.Name}' takes {string.Join('x', dims.Skip(1))} numbers for each.");
        }

        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var values = new TorchValues(_arithmetic, _known);
        values.Set(input.Name, tensor(images.ToArray(), dims, device: _arithmetic.Device));
        return TorchForward.Run(_network, _output, values).cpu().contiguous().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _known.Values) tensor.Dispose();
    }
}
