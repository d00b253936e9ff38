using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>A class that was explained.</summary>
/// <param name="Class">The class, in the order of the network's output.</param>
/// <param name="Score">Its score before a softmax.</param>
public readonly record struct ExplainedClass(int Class, float Score);

/// <summary>
/// Shows which parts of an image speak for a class: Grad-CAM, and guided Grad-CAM (Selvaraju et al. 2017; <see cref="GradCamGraph"/>). In batches; not
/// for several threads at a time.
/// </summary>
public sealed class GradCam : IDisposable
{
    private readonly ConvNet _net;
    private readonly GraphSession _session;
    private readonly BoundRun _run;
    private readonly bool _guided;

    /// <summary>Opens the graph.</summary>
    /// <param name="net">A network whose output has one score a class.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="layer">The layer, [N, C, H, W]; null for the last one with rows and columns.</param>
    /// <param name="guided">Whether guided Grad-CAM is computed too.</param>
    /// <param name="batch">The most images of one run.</param>
    /// <exception cref="GraphException">The layer or the network does not fit.</exception>
    public GradCam(ConvNet net, SessionSettings settings, string? layer = null, bool guided = false, int batch = 1)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        _guided = guided;
        Layer = layer ?? GradCamGraph.LastSpatialLayer(net);
        _session = new GraphSession(GradCamGraph.Of(net, Layer, guided), settings);
        _run = _session.Bind(batch);
        (ImageLength, MapLength) = (_run.ItemLength(net.Image.Name), _run.ItemLength(GradCamGraph.MapName));
        Classes = (int)net.ShapeOf(GradCamGraph.ScoresOf(net)).Known(1);
    }

    /// <summary>Gets the layer.</summary>
    public string Layer { get; }

    /// <summary>Gets how many classes there are.</summary>
    public int Classes { get; }

    /// <summary>Gets the elements of one image, C*H*W.</summary>
    public int ImageLength { get; }

    /// <summary>Gets the elements of one heat map, H*W.</summary>
    public int MapLength { get; }

    /// <summary>Explains one class of each image.</summary>
    /// <param name="images">The images, [N, C, H, W], row-major.</param>
    /// <param name="classes">One class an image; null for the most probable.</param>
    /// <param name="maps">Receives the heat maps, [N, H, W], 0 or more.</param>
    /// <param name="guided">Receives guided Grad-CAM, of the images' shape; empty where it was not asked for.</param>
    /// <returns>The classes and their scores.</returns>
    /// <exception cref="GraphException">There is no such class, or buffers do not fit.</exception>
    public IReadOnlyList<ExplainedClass> Explain(ReadOnlySpan<float> images, IReadOnlyList<int?> classes, Span<float> maps, Span<float> guided = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.FirstOrDefault(c => c < 0 || c >= Classes) is { } unknown)
            throw new GraphException($"There is no class {unknown}: the network has {Classes} (0 to {Classes - 1}).");
        if (images.Length != classes.Count * ImageLength || maps.Length != classes.Count * MapLength || guided.Length != (_guided ? images.Length : 0))
        {
            throw new GraphException(
                $"{classes.Count} classes came with {images.Length} input values, room for {maps.Length} values of maps and {guided.Length} of guided ones; " +
                $"each takes {ImageLength}, {MapLength} and {(_guided ? ImageLength : 0)}.");
        }

        var explained = new ExplainedClass[classes.Count];
        for (var first = 0; first < classes.Count; first += _run.Capacity)
        {
            var items = Math.Min(_run.Capacity, classes.Count - first);
            var asked = _run.Longs(GradCamGraph.ClassName);
            asked.Clear();
            for (var i = 0; i < items; i++) asked[i] = classes[first + i] ?? -1;
            images.Slice(first * ImageLength, items * ImageLength).CopyTo(_run.Floats(_net.Image.Name));
            _run.Run(items);
            _run.Floats(GradCamGraph.MapName)[..(items * MapLength)].CopyTo(maps[(first * MapLength)..]);
            if (_guided) _run.Floats(GradCamGraph.GuidedName)[..(items * ImageLength)].CopyTo(guided[(first * ImageLength)..]);
            for (var i = 0; i < items; i++)
                explained[first + i] = new ExplainedClass((int)_run.Longs(GradCamGraph.ChosenName)[i], _run.Floats(GradCamGraph.ScoreName)[i]);
        }

        return explained;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
