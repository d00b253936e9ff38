using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>Takes what a network makes of an image with an occluder at one place.</summary>
/// <param name="place">The place, counted as <see cref="OccluderGrid.Count"/> says.</param>
/// <param name="scores">The class scores before a softmax; valid during the call only.</param>
/// <param name="map">The chosen map of the layer, [H, W]; valid during the call only.</param>
public delegate void TakeOccluded(int place, ReadOnlySpan<float> scores, ReadOnlySpan<float> map);

/// <summary>How much of a network is computed for each place of an occluder. The result is the same.</summary>
public enum OcclusionExtent
{
    /// <summary>Of each layer only what the occluder changes, where that is less work, else whole images.</summary>
    Automatic,

    /// <summary>Whole images.</summary>
    Whole,
}

/// <summary>
/// Runs a network over one image with an occluder at every place of a grid. The image itself runs once; for each place only the window of each layer that the
/// occluder can change is computed again, with the values around it taken from the image without occluder, and set into its whole maps where a layer looks at
/// all places. Not for several threads at a time; works on several itself.
/// </summary>
public sealed class OccludedForward : IDisposable
{
    private readonly ConvNet _net;
    private readonly LocalPlan _plan;
    private readonly OccludedLane[] _lanes;
    private readonly List<AnySizeSession> _stages = [];
    private readonly GraphSession? _rest;
    private readonly Dictionary<string, CleanValue> _clean = new(StringComparer.Ordinal);
    private readonly int[][] _batches;
    private readonly string _scores;

    /// <summary>Opens a network.</summary>
    /// <param name="net">The network; its output is one score a class.</param>
    /// <param name="layer">The layer that is looked at, [N, C, H, W].</param>
    /// <param name="grid">The places of the occluder, on an image of the network's input size.</param>
    /// <param name="settings">Device and threads. Off the processor whole images are computed.</param>
    /// <param name="batch">The most places of one run.</param>
    /// <param name="extent">How much is computed.</param>
    /// <exception cref="GraphException">The layer does not exist or has no rows and columns, the grid is of another size, or the network gives no scores.</exception>
    public OccludedForward(
        ConvNet net, string layer, OccluderGrid grid, SessionSettings settings, int batch = 16, OcclusionExtent extent = OcclusionExtent.Automatic)
    {
        _net = net ?? throw new ArgumentNullException(nameof(net));
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Grid = grid ?? throw new ArgumentNullException(nameof(grid));
        (Layer, LayerShape, _scores) = (layer, net.ShapeOf(layer), GradCamGraph.ScoresOf(net));
        if (LayerShape.Rank != 4) throw new GraphException($"Layer '{layer}' of shape {LayerShape} has no rows and columns; choose one with them.");
        _ = net.FieldOf(layer);      // refuses layers that do not lie channels, rows, columns
        EnsureSize(net, grid);
        var own = settings with { Threads = 1 };
        _plan = LocalPlan.Of(net, _scores, layer, grid, extent == OcclusionExtent.Whole);
        _rest = new GraphSession(_plan.Rest, _plan.Stages.Count > 0 ? own : settings);
        if (_plan.Stages.Count > 0 && _rest.Provider != SessionSettings.ProcessorProvider)
        {
            _rest.Dispose();
            _plan = LocalPlan.Of(net, _scores, layer, grid, isWhole: true);
            _rest = new GraphSession(_plan.Rest, settings);
        }

        _stages.AddRange(_plan.Stages.Select(s => new AnySizeSession(s.Graph, own)));
        foreach (var value in _plan.Stages.Select(static s => s.Output).Append(_plan.Image).Distinct(StringComparer.Ordinal)) _clean[value] = Empty(value);
        var capacity = _rest.FixedBatch ?? Math.Min(batch, grid.Count);
        var lanes = IsWhole ? 1 : Math.Min(settings.ThreadCount, (grid.Count + capacity - 1) / capacity);
        _batches = [.. Ordered().Chunk(capacity)];
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new OccludedLane(_plan, _stages, _rest, _clean, capacity))];
    }

    /// <summary>Gets the layer.</summary>
    public string Layer { get; }

    /// <summary>Gets its shape.</summary>
    public TensorShape LayerShape { get; }

    /// <summary>Gets the places of the occluder.</summary>
    public OccluderGrid Grid { get; }

    /// <summary>Gets whether whole images are computed: wished so, or because the network mixes places early, its batch is fixed, the occluder changes nearly
    /// everything, or the device is no processor.</summary>
    public bool IsWhole => _plan.Stages.Count == 0;

    /// <summary>Gets the multiply-adds for one place of the occluder over those of a whole image, in the mean over all places.</summary>
    public double ShareOfWork => _plan.ShareOfWork;

    /// <summary>Gets the execution provider.</summary>
    public string Provider => _rest!.Provider;

    /// <summary>Gets the class scores of the image without occluder, before a softmax; those of <see cref="See"/>.</summary>
    public IReadOnlyList<float> Scores { get; private set; } = [];

    /// <summary>Gets the layer's maps of the image without occluder, [C, H, W].</summary>
    public ReadOnlyMemory<float> Maps { get; private set; }

    /// <summary>Runs the image without occluder.</summary>
    /// <param name="image">The image, in the network's own order of axes.</param>
    /// <param name="cover">An image of the same size that shows through the occluder: what its pixels become.</param>
    /// <exception cref="GraphException">The images are not of the network's size.</exception>
    public void See(ReadOnlySpan<float> image, ReadOnlySpan<float> cover)
    {
        var clean = _clean[_plan.Image];
        if (image.Length != clean.Values.Length || cover.Length != clean.Values.Length)
            throw new GraphException($"An image of {image.Length} values and a cover of {cover.Length} came; both must have {clean.Values.Length}.");
        _net.ChannelsFirst(image, clean.Height, clean.Width).CopyTo(clean.Values);
        var covered = _net.ChannelsFirst(cover, clean.Height, clean.Width).ToArray();
        foreach (var lane in _lanes) lane.Cover = covered;
        _lanes[0].RunClean();
        (Scores, Maps) = (_lanes[0].Floats(_scores).ToArray(), _lanes[0].Layer(Layer));
    }

    /// <summary>Runs the image that was seen last with the occluder at every place.</summary>
    /// <param name="channel">The map of the layer that is wanted.</param>
    /// <param name="take">Takes each place; in no order, and from several threads at a time.</param>
    /// <param name="progress">Receives how many places are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="GraphException">No image was seen, or the layer has no such map.</exception>
    public void Run(int channel, TakeOccluded take, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(take);
        if (Scores.Count == 0) throw new GraphException("No image was seen; call See first.");
        if (channel < 0 || channel >= LayerShape.Known(1))
            throw new GraphException($"Map {channel} is outside layer '{Layer}': it has {LayerShape[1]} maps (0 to {LayerShape.Known(1) - 1}).");
        var (next, done, gate) = (-1, 0, new Lock());
        void Work(OccludedLane lane)
        {
            for (var b = Interlocked.Increment(ref next); b < _batches.Length; b = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                lane.Run(_batches[b], Grid.Lefts.Count, _scores, Layer, channel, take);
                lock (gate) progress?.Report(done += _batches[b].Length);
            }
        }

        if (_lanes.Length == 1) Work(_lanes[0]);
        else Unwrapped.Run(() => Parallel.ForEach(_lanes, new ParallelOptions { MaxDegreeOfParallelism = _lanes.Length }, Work));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
        foreach (var stage in _stages) stage.Dispose();
        _rest?.Dispose();
    }

    private static void EnsureSize(ConvNet net, OccluderGrid grid)
    {
        var (rows, columns) = (net.Image.Shape!.Known(net.Axes.Rows), net.Image.Shape!.Known(net.Axes.Columns));
        if (grid.Height != rows || grid.Width != columns)
            throw new GraphException($"The occluder moves over {grid.Height}x{grid.Width} pixels, but the network takes {rows}x{columns}.");
    }

    private CleanValue Empty(string value)
    {
        var shape = _plan.ShapeOf(value);
        var (channels, height, width) = ((int)shape.Known(1), (int)shape.Known(2), (int)shape.Known(3));
        return new CleanValue(new float[channels * height * width], channels, height, width);
    }

    /// <summary>All places, those together whose windows are of like size in the last stage: one batch computes windows of one size.</summary>
    private IEnumerable<int> Ordered()
    {
        var places = Enumerable.Range(0, Grid.Count);
        if (IsWhole) return places;
        var last = _plan.Stages[^1].Output;
        var (rows, columns, across) = (_plan.RowsOf(last), _plan.ColumnsOf(last), Grid.Lefts.Count);
        return places.OrderBy(p => rows[p / across].Count).ThenBy(p => columns[p % across].Count);
    }
}
