using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>
/// Projects units of one layer down to pixels. Images are seen first, a batch at a time; then any number of their units can be projected, several of one image
/// too, without computing the forward pass again. Not for several threads at a time.
/// </summary>
public sealed class Projector : IDisposable
{
    private readonly ConvNet _net;
    private readonly IUnitProjection _projection;

    /// <summary>Opens the deconvnet of a layer.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layer">The layer; for a softmax the pass starts before it.</param>
    /// <param name="rules">The reversal rules, such as <see cref="ReversalRules.Paper"/>.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">The most images that are seen at a time, and the most units of one run.</param>
    /// <param name="extent">How much of the network is computed.</param>
    /// <exception cref="GraphException">
    /// The layer does not exist or cannot be reversed, or <see cref="ProjectionExtent.ReceptiveField"/> was asked for and is not to be had.
    /// </exception>
    public Projector(
        ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, int batch = 1, ProjectionExtent extent = ProjectionExtent.Automatic)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        ArgumentNullException.ThrowIfNull(settings);
        var graph = ProjectionGraph.Of(net, layer, rules);      // first of all: its refusals say most
        Layer = ProjectionGraph.StartOf(net, layer);
        LayerShape = net.ShapeOf(Layer);
        IUnitProjection? inField = extent == ProjectionExtent.Whole ? null
            : WindowedProjection.TryOpen(net, Layer, rules, settings, batch, always: extent == ProjectionExtent.ReceptiveField);
        if (inField is null && extent == ProjectionExtent.ReceptiveField)
        {
            throw new GraphException(
                $"Layer '{layer}' cannot be projected inside receptive fields alone: its units see the whole image, the rules reach past the field, " +
                "or the device is CUDA. Take the whole extent.");
        }

        _projection = inField ?? new WholeProjection(net, Layer, graph, settings, batch);
        ImageLength = (int)(net.Image.Shape ?? throw new GraphException("The model states no shape for its image.")).ItemCount();
    }

    /// <summary>Gets the layer that projections start from.</summary>
    public string Layer { get; }

    /// <summary>Gets that layer's shape.</summary>
    public TensorShape LayerShape { get; }

    /// <summary>Gets the elements of one image, C*H*W.</summary>
    public int ImageLength { get; }

    /// <summary>Gets the most images that are seen at a time.</summary>
    public int Capacity => _projection.Capacity;

    /// <summary>Gets whether the whole network is computed for a unit, or its receptive field only.</summary>
    public ProjectionExtent Extent => _projection is WholeProjection ? ProjectionExtent.Whole : ProjectionExtent.ReceptiveField;

    /// <summary>Gets the work of projecting one unit of an image without seeing the whole image first, over the work of seeing it; 1 where it has to be
    /// seen.</summary>
    public double ShareOfOne => _projection.ShareOfOne;

    /// <summary>Runs images through the network and keeps what projections of their units need, until the next call.</summary>
    /// <param name="images">The images, [N, C, H, W], row-major; at most <see cref="Capacity"/> of them.</param>
    /// <exception cref="GraphException">They are no whole images, or too many.</exception>
    public void See(ReadOnlySpan<float> images)
    {
        if (images.Length % ImageLength != 0 || images.Length / ImageLength > Capacity || images.IsEmpty)
            throw new GraphException($"{images.Length} values came to be seen; one to {Capacity} images of {ImageLength} values each were wanted.");
        _projection.See(images);
    }

    /// <summary>Projects units of the images that were seen last.</summary>
    /// <param name="images">For each unit, which of the seen images it belongs to, from 0.</param>
    /// <param name="units">The units.</param>
    /// <param name="projections">Receives the projections, [units, C, H, W].</param>
    /// <param name="activations">Receives the units' activations.</param>
    /// <exception cref="GraphException">A unit lies outside the layer, an image was not seen, or buffers do not fit.</exception>
    public void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        if (images.Length != units.Length || projections.Length != (long)units.Length * ImageLength || activations.Length != units.Length)
        {
            throw new GraphException(
                $"{units.Length} units came with {images.Length} image numbers, " +
                $"room for {projections.Length} projected values and {activations.Length} activations; " +
                $"each unit takes one image number, {ImageLength} values and one activation.");
        }

        foreach (var unit in units) unit.IndexIn(LayerShape);
        foreach (var image in images)
        {
            if (image < 0 || image >= _projection.Seen)
                throw new GraphException($"A unit of image {image} was asked for, but {_projection.Seen} images were seen (numbers from 0).");
        }

        for (var first = 0; first < units.Length; first += Capacity)
        {
            var items = Math.Min(Capacity, units.Length - first);
            var values = projections.Slice(first * ImageLength, items * ImageLength);
            _projection.Project(images.Slice(first, items), units.Slice(first, items), values, activations.Slice(first, items));
        }
    }

    /// <summary>Projects one unit of each image; images that were seen before are forgotten.</summary>
    /// <param name="images">The images, [N, C, H, W], row-major; any number.</param>
    /// <param name="units">One unit an image.</param>
    /// <param name="projections">Receives the projections, of the images' shape.</param>
    /// <param name="activations">Receives the units' activations.</param>
    /// <exception cref="GraphException">A unit lies outside the layer, or buffers do not fit.</exception>
    public void Project(ReadOnlySpan<float> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        if (images.Length != units.Length * ImageLength || projections.Length != images.Length || activations.Length != units.Length)
        {
            throw new GraphException(
                $"{units.Length} units came with {images.Length} input values, " +
                $"room for {projections.Length} projected values and {activations.Length} activations; " +
                $"each unit takes {ImageLength} values and one activation.");
        }

        foreach (var unit in units) unit.IndexIn(LayerShape);
        for (var first = 0; first < units.Length; first += Capacity)
        {
            var items = Math.Min(Capacity, units.Length - first);
            var part = images.Slice(first * ImageLength, items * ImageLength);
            _projection.ProjectOne(part, units.Slice(first, items), projections.Slice(first * ImageLength, items * ImageLength),
                activations.Slice(first, items));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _projection.Dispose();
}

/// <summary>How much of the network is computed to project a unit. The result is the same.</summary>
public enum ProjectionExtent
{
    /// <summary>The receptive field where that is less work, else the whole.</summary>
    Automatic,

    /// <summary>Whole maps, forward and back in one graph: what <see cref="ProjectionGraph"/> builds.</summary>
    Whole,

    /// <summary>Only where the projection can be other than zero.</summary>
    ReceptiveField,
}
