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
    private readonly BoundRun _run;
    private readonly ConvNet _net;
    private readonly ISwitches _switches;
    private readonly FeatureBatch _batch;

    /// <summary>Opens the network for some layers.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers to read.</param>
    /// <param name="switches">Whether the switches of every max-pooling before them are read too.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">The most images of one run.</param>
    /// <exception cref="GraphException">A layer does not exist, or ONNX Runtime refuses the network.</exception>
    public FeatureExtractor(ConvNet net, IReadOnlyList<string> layers, bool switches, SessionSettings settings, int batch = 32)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        ArgumentNullException.ThrowIfNull(settings);
        Layers = layers;
        var pools = switches ? FeatureGraph.PoolsBefore(net, layers) : [];
        _session = new GraphSession(FeatureGraph.Of(net, [.. layers, .. FeatureGraph.ValuesBefore(net, pools)], switches: false), settings);
        var onDevice = pools.Count > 0 && _session.Provider != SessionSettings.ProcessorProvider;
        if (onDevice)
        {
            _session.Dispose();      // its memory keeps the values before pooling; only the indices come back
            _session = new GraphSession(FeatureGraph.Of(net, layers, switches: true), settings);
        }

        _run = _session.Bind(batch);
        _switches = onDevice ? new DeviceSwitches(net, pools, _run) : new HostSwitches(net, pools, _run, settings);
        _batch = new FeatureBatch(_run, _switches);
    }

    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>Gets the max-pooling layers whose switches are read; none when they were not asked for.</summary>
    public IReadOnlyList<string> Pools => _switches.Pools;

    /// <summary>Gets the execution provider.</summary>
    public string Provider => _session.Provider;

    /// <summary>Gets the shape of one image's value of a layer, which is also that of its switches.</summary>
    /// <param name="layer">One of <see cref="Layers"/> or <see cref="Pools"/>.</param>
    /// <returns>[C, H, W] or [C].</returns>
    public long[] ItemShape(string layer) =>
        Layers.Contains(layer) ? _run.Shape(layer, 1)[1..] : [.. _net.ShapeOf(layer).Dims.Skip(1).Select(static d => d.Size)];

    /// <summary>Runs images through the network.</summary>
    /// <param name="count">How many.</param>
    /// <param name="fill">Writes each image; called in order.</param>
    /// <param name="take">Takes each batch; called in order.</param>
    public void Run(int count, FillImage fill, TakeFeatures take)
    {
        ArgumentNullException.ThrowIfNull(fill);
        ArgumentNullException.ThrowIfNull(take);
        var length = _run.ItemLength(_net.Image.Name);
        for (var first = 0; first < count; first += _run.Capacity)
        {
            var items = Math.Min(_run.Capacity, count - first);
            var input = _run.Floats(_net.Image.Name);
            for (var i = 0; i < items; i++) fill(first + i, input.Slice(i * length, length));
            _run.Run(items);
            _switches.Read(items);
            take(first, items, _batch);
        }
    }

    /// <summary>Reads one layer of every image into one array.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">How many images.</param>
    /// <param name="fill">Writes each image.</param>
    /// <returns>Row-major, one row an image.</returns>
    public float[] Matrix(string layer, int count, FillImage fill)
    {
        var length = _run.ItemLength(layer);
        var rows = new float[checked(count * length)];
        Run(count, fill, (first, items, features) => features.Floats(layer)[..(items * length)].CopyTo(rows.AsSpan(first * length)));
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
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
