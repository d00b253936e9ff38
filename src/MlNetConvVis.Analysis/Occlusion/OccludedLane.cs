using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>What one thread needs to run some places of an occluder: windows of every stage, and buffers for the rest of the network.</summary>
internal sealed class OccludedLane : IDisposable
{
    private readonly LocalPlan _plan;
    private readonly IReadOnlyList<AnySizeSession> _sessions;
    private readonly IReadOnlyDictionary<string, CleanValue> _clean;
    private readonly Dictionary<string, PatchedValue> _patched;
    private readonly (UnitSpan Rows, UnitSpan Columns)[] _changed;
    private readonly Dictionary<(int Stage, int Read), float[]> _inputs = [];
    private readonly BoundRun _rest;
    private float[] _map = [];

    public OccludedLane(
        LocalPlan plan, IReadOnlyList<AnySizeSession> sessions, GraphSession rest, IReadOnlyDictionary<string, CleanValue> clean, int capacity)
    {
        (_plan, _sessions, _clean) = (plan, sessions, clean);
        _patched = clean.ToDictionary(static c => c.Key, c => new PatchedValue(c.Value, capacity), StringComparer.Ordinal);
        _changed = new (UnitSpan, UnitSpan)[capacity];
        _rest = rest.Bind(capacity);
    }

    /// <summary>Gets or sets what shows through the occluder, [C, H, W].</summary>
    public float[] Cover { get; set; } = [];

    /// <summary>Gets an output of the rest for the first item of the latest run.</summary>
    public ReadOnlySpan<float> Floats(string output) => _rest.Floats(output)[.._rest.ItemLength(output)];

    /// <summary>Gets the maps of a layer, [C, H, W], without occluder.</summary>
    public float[] Layer(string layer) => _clean.TryGetValue(layer, out var known) && _plan.LocalOutputs.Contains(layer) ? [.. known.Values] : Floats(layer).ToArray();

    /// <summary>Computes every value without occluder: windows of the whole size.</summary>
    public void RunClean()
    {
        for (var s = 0; s < _plan.Stages.Count; s++)
        {
            var patched = _patched[_plan.Stages[s].Output];
            patched.PlaceWhole();
            RunStage(s, 1, isClean: true);
            patched.Values.AsSpan(0, patched.Clean.Values.Length).CopyTo(patched.Clean.Values);
        }

        foreach (var value in _plan.Frontier) _clean[value].Values.CopyTo(_rest.Floats(value));
        _rest.Run(1);
    }

    /// <summary>Runs some places.</summary>
    public void Run(int[] places, int across, string scores, string layer, int channel, TakeOccluded take)
    {
        PlaceOccluders(places, across);
        for (var s = 0; s < _plan.Stages.Count; s++)
        {
            _patched[_plan.Stages[s].Output].Place(Changed(_plan.Stages[s].Output, places, across));
            RunStage(s, places.Length, isClean: false);
        }

        foreach (var value in _plan.Frontier)
        {
            var length = _rest.ItemLength(value);
            for (var i = 0; i < places.Length; i++) _patched[value].ReadAll(i, _rest.Floats(value).Slice(i * length, length));
        }

        _rest.Run(places.Length);
        for (var i = 0; i < places.Length; i++) take(places[i], Item(scores, i), Map(layer, i, channel));
    }

    public void Dispose() => _rest.Dispose();

    private ReadOnlySpan<float> Item(string output, int item) => _rest.Floats(output).Slice(item * _rest.ItemLength(output), _rest.ItemLength(output));

    private ReadOnlySpan<float> Map(string layer, int item, int channel)
    {
        var shape = _plan.ShapeOf(layer);
        var length = (int)(shape.Known(2) * shape.Known(3));
        if (!_plan.LocalOutputs.Contains(layer)) return Item(layer, item).Slice(channel * length, length);
        if (_map.Length == 0) _map = new float[length];
        _patched[layer].ReadChannel(item, channel, _map);
        return _map;
    }

    private ReadOnlySpan<(UnitSpan Rows, UnitSpan Columns)> Changed(string value, int[] places, int across)
    {
        var (rows, columns) = (_plan.RowsOf(value), _plan.ColumnsOf(value));
        for (var i = 0; i < places.Length; i++) _changed[i] = (rows[places[i] / across], columns[places[i] % across]);
        return _changed.AsSpan(0, places.Length);
    }

    private void PlaceOccluders(int[] places, int across)
    {
        var image = _patched[_plan.Image];
        image.Place(Changed(_plan.Image, places, across));
        var (clean, target) = (image.Clean, 0);
        for (var i = 0; i < places.Length; i++)
        {
            for (var row = 0; row < clean.Channels * image.Rows; row++, target += image.Columns)
            {
                var (c, y) = Math.DivRem(row, image.Rows);
                Cover.AsSpan((((c * clean.Height) + image.Top(i) + y) * clean.Width) + image.Left(i), image.Columns).CopyTo(image.Values.AsSpan(target));
            }
        }
    }

    private void RunStage(int s, int items, bool isClean)
    {
        var (stage, output) = (_plan.Stages[s], _patched[_plan.Stages[s].Output]);
        var inputs = new SizedValues[stage.Reads.Count];
        for (var r = 0; r < inputs.Length; r++)
        {
            var read = stage.Reads[r];
            var (rows, columns) = (read.Count(0, output.Rows), read.Count(1, output.Columns));
            var channels = read.Value is { } value ? _clean[value].Channels : 1;
            var each = channels * rows * columns;
            var buffer = Buffer((s, r), items * each);
            for (var i = 0; i < items; i++)
            {
                var window = new Rectangle(read.First(0, output.Top(i)), read.First(1, output.Left(i)), rows, columns);
                if (read.Value is null) Inside(window, read, buffer.AsSpan(i * each, each));
                else _patched[read.Value].Read(i, window, read.Outside, buffer.AsSpan(i * each, each), isClean);
            }

            inputs[r] = new SizedValues(buffer, [items, channels, rows, columns]);
        }

        _sessions[s].Run(inputs, new SizedValues(output.Values, [items, output.Clean.Channels, output.Rows, output.Columns]));
    }

    private float[] Buffer((int Stage, int Read) key, int length)
    {
        if (!_inputs.TryGetValue(key, out var buffer) || buffer.Length < length) _inputs[key] = buffer = new float[length];
        return buffer;
    }

    /// <summary>One where a window lies inside its value, zero outside.</summary>
    private static void Inside(Rectangle window, StageRead read, Span<float> target)
    {
        var (height, width) = (read.Window!.InputSizes[0], read.Window.InputSizes[1]);
        for (var i = 0; i < target.Length; i++)
        {
            var (y, x) = (window.Top + (i / window.Columns), window.Left + (i % window.Columns));
            target[i] = y >= 0 && y < height && x >= 0 && x < width ? 1 : 0;
        }
    }
}
