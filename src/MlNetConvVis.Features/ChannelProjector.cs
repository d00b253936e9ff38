using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Projects all units of one channel at once down to pixels, one channel an image, in batches. Not for several threads at a time.</summary>
public sealed class ChannelProjector : IDisposable
{
    private readonly ConvNet _net;
    private readonly GraphSession _session;
    private readonly BoundRun _run;

    /// <summary>Opens the deconvnet of a layer.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layer">The layer; for a softmax the pass starts before it.</param>
    /// <param name="rules">The reversal rules, such as <see cref="ReversalRules.Paper"/>.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">The most images of one run.</param>
    /// <exception cref="GraphException">The layer does not exist or cannot be reversed.</exception>
    public ChannelProjector(ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, int batch = 1)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        var graph = ProjectionGraph.Of(net, layer, rules, ProjectionSeed.Channel);
        Layer = ProjectionGraph.StartOf(net, layer);
        LayerShape = net.ShapeOf(Layer);
        _session = new GraphSession(graph, settings);
        _run = _session.Bind(batch);
        ImageLength = _run.ItemLength(net.Image.Name);
    }

    /// <summary>Gets the layer that projections start from.</summary>
    public string Layer { get; }

    /// <summary>Gets that layer's shape.</summary>
    public TensorShape LayerShape { get; }

    /// <summary>Gets the elements of one image, C*H*W.</summary>
    public int ImageLength { get; }

    /// <summary>Projects one channel of each image.</summary>
    /// <param name="images">The images, [N, C, H, W], row-major.</param>
    /// <param name="channels">One channel an image.</param>
    /// <param name="projections">Receives the projections, of the images' shape.</param>
    /// <param name="activations">Receives the strongest activation of each channel.</param>
    /// <exception cref="GraphException">A channel lies outside the layer, or buffers do not fit.</exception>
    public void Project(ReadOnlySpan<float> images, ReadOnlySpan<int> channels, Span<float> projections, Span<float> activations)
    {
        if (images.Length != channels.Length * ImageLength || projections.Length != images.Length || activations.Length != channels.Length)
        {
            throw new GraphException($"{channels.Length} channels came with {images.Length} input values, " +
            $"room for {projections.Length} projected values and {activations.Length} activations; " +
                $"each channel takes {ImageLength} values and one activation.");
        }

        for (var first = 0; first < channels.Length; first += _run.Capacity)
        {
            var items = Math.Min(_run.Capacity, channels.Length - first);
            var asked = _run.Longs(ProjectionGraph.ChannelName);
            asked.Clear();
            for (var i = 0; i < items; i++) asked[i] = Checked(channels[first + i]);
            images.Slice(first * ImageLength, items * ImageLength).CopyTo(_run.Floats(_net.Image.Name));
            _run.Run(items);
            _run.Floats(ProjectionGraph.ProjectionName)[..(items * ImageLength)].CopyTo(projections[(first * ImageLength)..]);
            _run.Floats(ProjectionGraph.ActivationName)[..items].CopyTo(activations[first..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private int Checked(int channel) => channel >= 0 && channel < LayerShape.Known(1) ? channel
        : throw new GraphException($"Channel {channel} is outside the layer: it has {LayerShape[1]} channels (0 to {LayerShape.Known(1) - 1}).");
}
