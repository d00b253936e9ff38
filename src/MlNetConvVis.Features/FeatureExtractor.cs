using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Writes one image's input.</summary>
/// <param name="index">Which image.</param>
/// <param name="image">Where to write it: [C, H, W], row-major.</param>
public delegate void FillImage(int index, Span<float> image);

/// <summary>Takes what a batch gave.</summary>
/// <param name="first">The index of the batch's first image.</param>
/// <param name="count">How many images it holds.</param>
/// <param name="features">The layers' values; valid during the call only.</param>
public delegate void TakeFeatures(int first, int count, FeatureBatch features);

/// <summary>Reads layers and switches of a network for many images, in batches, through buffers that are made once. Not for several threads at a
/// time.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private readonly GraphSession _session;
    private readonly ConvNet _net;
    private readonly ExtractionLane[] _lanes;

    /// <summary>Opens the network for some layers.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers to read.</param>
    /// <param name="switches">Whether the switches of every max-pooling before them are read too.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">The most images of one run.</param>
    /// <param name="shared">True to share a batch's images out among the threads of the processor, which then work side by side, each on images of its own:
    /// quicker for many images (nothing waits for the slowest thread of each operator), slower for a few.</param>
    /// <exception cref="GraphException">A layer does not exist, or ONNX Runtime refuses the network.</exception>
    public FeatureExtractor(ConvNet net, IReadOnlyList<string> layers, bool switches, SessionSettings settings, int batch = 32, bool shared = false)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        ArgumentNullException.ThrowIfNull(settings);
        Layers = layers;
        var pools = switches ? FeatureGraph.PoolsBefore(net, layers) : [];
        var values = FeatureGraph.Of(net, [.. layers, .. FeatureGraph.ValuesBefore(net, pools)], switches: false);
        _session = new GraphSession(values, shared ? settings with { Threads = 1 } : settings);
        var onDevice = _session.Provider != SessionSettings.ProcessorProvider;
        if (onDevice && pools.Count > 0)
        {
            _session.Dispose();      // its memory keeps the values before pooling; only the indices come back
            _session = new GraphSession(FeatureGraph.Of(net, layers, switches: true), settings);
        }

        var lanes = shared && !onDevice ? Math.Min(settings.ThreadCount, batch) : 1;
        var own = lanes == 1 ? batch : OfOneThread(values, batch, lanes);
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new ExtractionLane(
            net, _session, pools, onDevice, lanes > 1 ? settings with { Threads = 1 } : settings, own))];
    }

    /// <summary>The images of one thread's run. Its share of the batch where dense layers read their weights once a run; a quarter of that where there are none:
    /// one thread convolves image by image, so that more of them only take memory.</summary>
    private static int OfOneThread(OnnxGraph graph, int batch, int lanes)
    {
        var parts = graph.Nodes.Any(static n => n.OpType is "Gemm" or "MatMul") ? lanes : 4 * lanes;
        return (batch + parts - 1) / parts;
    }

    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>Gets the max-pooling layers whose switches are read; none when they were not asked for.</summary>
    public IReadOnlyList<string> Pools => _lanes[0].Switches.Pools;

    /// <summary>Gets the execution provider.</summary>
    public string Provider => _session.Provider;

    /// <summary>Gets the shape of one image's value of a layer, which is also that of its switches.</summary>
    /// <param name="layer">One of <see cref="Layers"/> or <see cref="Pools"/>.</param>
    /// <returns>[C, H, W] or [C].</returns>
    public long[] ItemShape(string layer) =>
        Layers.Contains(layer) ? _lanes[0].Run.Shape(layer, 1)[1..] : [.. _net.ShapeOf(layer).Dims.Skip(1).Select(static d => d.Size)];

    /// <summary>Runs images through the network.</summary>
    /// <param name="count">How many.</param>
    /// <param name="fill">Writes each image; called in order, one at a time.</param>
    /// <param name="take">Takes each batch; called in order, one at a time.</param>
    public void Run(int count, FillImage fill, TakeFeatures take)
    {
        ArgumentNullException.ThrowIfNull(fill);
        ArgumentNullException.ThrowIfNull(take);
        new ExtractionQueue(_lanes, count, fill, take).Run();
    }

    /// <summary>Reads one layer of every image into one array.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">How many images.</param>
    /// <param name="fill">Writes each image.</param>
    /// <returns>Row-major, one row an image.</returns>
    public float[] Matrix(string layer, int count, FillImage fill)
    {
        var length = _lanes[0].Run.ItemLength(layer);
        var rows = new float[checked(count * length)];
        Run(count, fill, (first, items, features) => features.Floats(layer)[..(items * length)].CopyTo(rows.AsSpan(first * length)));
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
        _session.Dispose();
    }
}

/// <summary>What one batch gave.</summary>
public sealed class FeatureBatch
{
    private readonly BoundRun _run;
    private readonly ISwitches _switches;

    internal FeatureBatch(BoundRun run, ISwitches switches) => (_run, _switches) = (run, switches);

    /// <summary>Gets a layer's values, one item behind the other.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Row-major values; behind the batch's count they are without meaning.</returns>
    public ReadOnlySpan<float> Floats(string layer) => _run.Floats(layer);

    /// <summary>Copies the switches of one image.</summary>
    /// <param name="pool">A layer of <see cref="FeatureExtractor.Pools"/>.</param>
    /// <param name="item">The image's place in the batch.</param>
    /// <param name="destination">Receives, for each pooled unit, the flat place of its maximum in [C, H, W] before pooling; independent of the batch.</param>
    public void CopySwitches(string pool, int item, Span<long> destination)
    {
        if (!_switches.Pools.Contains(pool)) throw new ArgumentException($"The switches of '{pool}' are not read.", nameof(pool));
        _switches.Copy(pool, item, destination);
    }
}
