using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Where the switches of a batch come from.</summary>
internal interface ISwitches
{
    IReadOnlyList<string> Pools { get; }

    /// <summary>Takes the switches of the run that just ended.</summary>
    void Read(int items);

    /// <summary>Copies those of one item, counted within it.</summary>
    void Copy(string pool, int item, Span<long> destination);
}

/// <summary>Switches found by <see cref="PoolSwitches"/> from the values before each pooling.</summary>
internal sealed class HostSwitches : ISwitches
{
    private readonly BoundRun _run;
    private readonly Pool[] _pools;
    private readonly Dictionary<string, Pool> _byName;
    private readonly ParallelOptions _parallel;

    public HostSwitches(ConvNet net, IReadOnlyList<OnnxNode> pools, BoundRun run, SessionSettings settings)
    {
        var shapes = ShapeInference.Infer(net.Graph);
        _run = run;
        _pools = [.. pools.Select(p => NewPool(p, shapes, run.Capacity))];
        _byName = _pools.ToDictionary(static p => p.Name, StringComparer.Ordinal);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = settings.ThreadCount };
    }

    public IReadOnlyList<string> Pools => [.. _byName.Keys];

    public void Read(int items)
    {
        foreach (var pool in _pools)
        {
            var (before, after) = (pool.ItemBefore, pool.ItemAfter);
            Parallel.For(0, items, _parallel, i =>
                PoolSwitches.All(_run.Floats(pool.Input).Slice(i * before, before), pool.Geometry, pool.Places.AsSpan(i * after, after)));
        }
    }

    public void Copy(string pool, int item, Span<long> destination)
    {
        var found = _byName[pool];
        var places = found.Places.AsSpan(item * found.ItemAfter, found.ItemAfter);
        for (var i = 0; i < places.Length; i++) destination[i] = places[i];
    }

    private static Pool NewPool(OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes, int capacity)
    {
        var input = shapes[node.Inputs[0]];
        if (input.Rank != 4)
        {
            throw new GraphException($"MaxPool node '{node.Label}' pools {input}; switches are read of poolings over [N, C, H, W]. " +
                "Choose a layer before it, or extract without switches.");
        }

        var geometry = WindowGeometry.Of(node, input);
        var after = (int)(input.Known(1) * OnnxTensor.Product(geometry.OutputSizes));
        return new Pool(node.Outputs[0], node.Inputs[0], geometry, (int)input.ItemCount(), after, new int[checked(capacity * after)]);
    }

    private sealed record Pool(string Name, string Input, WindowGeometry Geometry, int ItemBefore, int ItemAfter, int[] Places);
}

/// <summary>Switches that the device found: the indices of its MaxPool, counted over the whole batch.</summary>
internal sealed class DeviceSwitches(ConvNet net, IReadOnlyList<OnnxNode> pools, BoundRun run) : ISwitches
{
    private readonly Dictionary<string, long> _itemBefore = pools.ToDictionary(
        static p => p.Outputs[0], p => (p.Inputs[0] == net.Image.Name ? net.Image.Shape! : net.ShapeOf(p.Inputs[0])).ItemCount(), StringComparer.Ordinal);

    public IReadOnlyList<string> Pools => [.. _itemBefore.Keys];

    public void Read(int items)
    {
    }

    public void Copy(string pool, int item, Span<long> destination)
    {
        var name = FeatureGraph.SwitchesOf(pool);
        var all = run.Longs(name).Slice(item * destination.Length, destination.Length);
        for (var i = 0; i < destination.Length; i++) destination[i] = all[i] - (item * _itemBefore[pool]);
    }
}
