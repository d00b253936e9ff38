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

/// <summary>Reads layers and switches of a network for many images, in batches, through buffers that are made once. Not for several threads at a time.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private readonly GraphSession _session;
    private readonly BoundRun _run;
    private readonly ConvNet _net;
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
        var graph = FeatureGraph.Of(net, layers, switches);
        var pools = graph.Outputs.Where(static o => o.Type == ElementType.Int64).Select(o => (Layer: graph.ProducerOf(o.Name)!.Outputs[0], Indices: o.Name)).ToArray();
        (Layers, Pools) = (layers, [.. pools.Select(static p => p.Layer)]);
        _session = new GraphSession(graph, settings);
        _run = _session.Bind(batch);
        _batch = new FeatureBatch(_run, pools.ToDictionary(static p => p.Layer, p => new SwitchValue(p.Indices, ElementsBefore(p.Layer)), StringComparer.Ordinal));
    }

    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>Gets the max-pooling layers whose switches are read; none when they were not asked for.</summary>
    public IReadOnlyList<string> Pools { get; }

    /// <summary>Gets the execution provider.</summary>
    public string Provider => _session.Provider;

    /// <summary>Gets the shape of one image's value of a layer, which is also that of its switches.</summary>
    /// <param name="layer">One of <see cref="Layers"/> or <see cref="Pools"/>.</param>
    /// <returns>[C, H, W] or [C].</returns>
    public long[] ItemShape(string layer) => _run.Shape(_batch.NameOf(layer), 1)[1..];

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

    /// <summary>The elements of one image's value before a pooling, C*H*W.</summary>
    private long ElementsBefore(string pool)
    {
        var before = _net.Graph.ProducerOf(pool)!.Inputs[0];
        return (before == _net.Image.Name ? _net.Image.Shape! : _net.ShapeOf(before)).ItemCount();
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
    private readonly IReadOnlyDictionary<string, SwitchValue> _switches;

    internal FeatureBatch(BoundRun run, IReadOnlyDictionary<string, SwitchValue> switches) => (_run, _switches) = (run, switches);

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
        if (!_switches.TryGetValue(pool, out var value)) throw new ArgumentException($"The switches of '{pool}' are not read.", nameof(pool));
        var length = _run.ItemLength(value.Indices);
        var all = _run.Longs(value.Indices).Slice(item * length, length);
        for (var i = 0; i < length; i++) destination[i] = all[i] - (item * value.ElementsBefore);      // ONNX counts over the whole batch
    }

    /// <summary>A layer is its own output; of a pool that was not asked for itself, the switches are.</summary>
    internal string NameOf(string layer) => _switches.TryGetValue(layer, out var value) ? value.Indices : layer;
}

/// <summary>Where a pool's switches are read, and how many elements of one image it pools.</summary>
internal sealed record SwitchValue(string Indices, long ElementsBefore);
