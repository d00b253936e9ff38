using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>What computes one batch at a time: buffers of its own on a session that all share.</summary>
internal sealed class ExtractionLane : IDisposable
{
    private readonly string _image;

    public ExtractionLane(ConvNet net, GraphSession session, IReadOnlyList<OnnxNode> pools, bool onDevice, SessionSettings settings, int batch)
    {
        _image = net.Image.Name;
        Run = session.Bind(batch);
        Switches = onDevice && pools.Count > 0 ? new DeviceSwitches(net, pools, Run) : new HostSwitches(net, pools, Run, settings);
        Batch = new FeatureBatch(Run, Switches);
    }

    public BoundRun Run { get; }

    public ISwitches Switches { get; }

    public FeatureBatch Batch { get; }

    public void Fill(int first, int items, FillImage fill)
    {
        var input = Run.Floats(_image);
        var length = Run.ItemLength(_image);
        for (var i = 0; i < items; i++) fill(first + i, input.Slice(i * length, length));
    }

    public void Compute(int items)
    {
        Run.Run(items);
        Switches.Read(items);
    }

    public void Dispose() => Run.Dispose();
}

/// <summary>Hands batches to lanes that work side by side; images are fetched and results handed out in order, one batch at a time.</summary>
internal sealed class ExtractionQueue(ExtractionLane[] lanes, int count, FillImage fill, TakeFeatures take)
{
    private readonly Lock _filling = new();
    private readonly object _taking = new();
    private int _filled;
    private int _taken;
    private volatile bool _failed;

    public void Run()
    {
        if (lanes.Length == 1) Work(lanes[0]);
        else Unwrapped.Run(() => Parallel.ForEach(lanes, new ParallelOptions { MaxDegreeOfParallelism = lanes.Length }, Work));
    }

    private void Work(ExtractionLane lane)
    {
        try
        {
            while (!_failed && Fill(lane) is { } batch)
            {
                lane.Compute(batch.Items);
                Take(lane, batch.First, batch.Items);
            }
        }
        catch
        {
            _failed = true;
            lock (_taking) Monitor.PulseAll(_taking);
            throw;
        }
    }

    private (int First, int Items)? Fill(ExtractionLane lane)
    {
        lock (_filling)
        {
            var (first, items) = (_filled, Math.Min(lane.Run.Capacity, count - _filled));
            if (items <= 0) return null;
            lane.Fill(first, items, fill);
            _filled += items;
            return (first, items);
        }
    }

    /// <summary>Waits for the batches before this one, which other lanes have begun, and hands it out.</summary>
    private void Take(ExtractionLane lane, int first, int items)
    {
        lock (_taking)
        {
            while (_taken != first)
            {
                if (_failed) return;
                Monitor.Wait(_taking);
            }

            take(first, items, lane.Batch);
            _taken += items;
            Monitor.PulseAll(_taking);
        }
    }
}
