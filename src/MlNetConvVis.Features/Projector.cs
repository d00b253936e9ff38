using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Projects units of one layer down to pixels, one unit an image, in batches. Not for several threads at a time.</summary>
public sealed class Projector : IDisposable
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
    public Projector(ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, int batch = 1)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        var graph = ProjectionGraph.Of(net, layer, rules);      // first of all: its refusals say most
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

    /// <summary>Projects one unit of each image.</summary>
    /// <param name="images">The images, [N, C, H, W], row-major.</param>
    /// <param name="units">One unit an image.</param>
    /// <param name="projections">Receives the projections, of the images' shape.</param>
    /// <param name="activations">Receives the units' activations.</param>
    /// <exception cref="GraphException">A unit lies outside the layer, or buffers do not fit.</exception>
    public void Project(ReadOnlySpan<float> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        if (images.Length != units.Length * ImageLength || projections.Length != images.Length || activations.Length != units.Length)
        {
            throw new GraphException($"{units.Length} units came with {images.Length} input values, room for {projections.Length} projected values and {activations.Length} activations; " +
                $"each unit takes {ImageLength} values and one activation.");
        }

        for (var first = 0; first < units.Length; first += _run.Capacity)
        {
            var items = Math.Min(_run.Capacity, units.Length - first);
            var places = _run.Longs(ProjectionGraph.UnitName);
            places.Clear();
            for (var i = 0; i < items; i++) places[i] = units[first + i].IndexIn(LayerShape);
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
}
