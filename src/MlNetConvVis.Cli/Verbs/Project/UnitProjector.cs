using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>A unit that was projected; no row and column where it stands for all units of its map.</summary>
internal sealed record ProjectedUnit(int Channel, int? Y, int? X, float Activation, FieldResult Field, float Min, float Max);

/// <summary>Takes a projection, of the input's shape; valid during the call only.</summary>
internal delegate void TakeProjection(int input, ProjectedUnit unit, ReadOnlySpan<float> projection);

/// <summary>Finds the units that are asked for and projects them, many inputs and many units at a time.</summary>
internal sealed class UnitProjector : IDisposable
{
    private const int Batch = 16;

    private readonly ConvNet _net;
    private readonly Projector? _units;
    private readonly ChannelProjector? _channels;
    private readonly FeatureExtractor? _extractor;
    private readonly (int Height, int Width) _size;
    private readonly int _batch;
    private readonly MapWindow? _within;

    public UnitProjector(
        ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, (int Height, int Width) size,
        IReadOnlyCollection<UnitWish> wishes, int most, bool wholeFields = false)
    {
        (_net, _size, _batch) = (net, size, Math.Min(most, Batch));
        if (wishes.Any(static w => w.Whole)) _channels = new ChannelProjector(net, layer, rules, settings, _batch);
        else _units = new Projector(net, layer, rules, settings, _batch);      // first of all: its refusals say most
        Layer = ProjectionGraph.StartOf(net, layer);
        _ = net.FieldOf(Layer);      // refuses a layer of another order before anything is computed
        Shape = net.ShapeOf(Layer);
        _within = wholeFields ? MapWindow.OfWholeFields(net, Layer) : null;
        if (wishes.Any(static w => w.IsOpen)) _extractor = new FeatureExtractor(net, [Layer], switches: false, settings, _batch);
    }

    public string Layer { get; }

    public TensorShape Shape { get; }

    /// <summary>Projects units of some inputs.</summary>
    /// <param name="inputs">One input behind the other.</param>
    /// <param name="wishes">The units of each input.</param>
    /// <param name="take">Takes the projections, input by input.</param>
    public void Run(ReadOnlyMemory<float> inputs, IReadOnlyList<IReadOnlyList<UnitWish>> wishes, TakeProjection take)
    {
        var length = inputs.Length / wishes.Count;
        var found = Find(inputs, wishes, length);
        for (var (first, seen) = (0, _units?.Capacity ?? wishes.Count); first < wishes.Count; first += seen)
        {
            var count = Math.Min(seen, wishes.Count - first);
            _units?.See(inputs.Span.Slice(first * length, count * length));
            foreach (var chunk in found.Where(f => f.Input >= first && f.Input < first + count).Chunk(_batch)) Project(inputs.Span, chunk, first, length, take);
        }
    }

    private void Project(ReadOnlySpan<float> inputs, (int Input, Unit Unit)[] chunk, int first, int length, TakeProjection take)
    {
        var (projections, activations) = (new float[chunk.Length * length], new float[chunk.Length]);
        if (_channels is not null)
        {
            var images = new float[chunk.Length * length];
            foreach (var (i, item) in chunk.Index()) inputs.Slice(item.Input * length, length).CopyTo(images.AsSpan(i * length));
            _channels.Project(images, [.. chunk.Select(static c => c.Unit.Channel)], projections, activations);
        }
        else
        {
            int[] images = [.. chunk.Select(c => c.Input - first)];
            _units!.Project(images, [.. chunk.Select(static c => c.Unit)], projections, activations);
        }

        foreach (var (i, item) in chunk.Index())
        {
            var projection = projections.AsSpan(i * length, length);
            take(item.Input, Described(item.Unit, activations[i], projection), projection);
        }
    }

    public void Dispose()
    {
        _units?.Dispose();
        _channels?.Dispose();
        _extractor?.Dispose();
    }

    private ProjectedUnit Described(Unit unit, float activation, ReadOnlySpan<float> projection)
    {
        var (min, max) = (0f, 0f);
        if (projection.Length > 0) (min, max) = (projection[0], projection[0]);
        foreach (var value in projection)
        {
            if (!float.IsFinite(value))
                throw new ProjectionOverflowException(activation);
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        return _channels is null
            ? new ProjectedUnit(unit.Channel, unit.Y, unit.X, activation, FieldResult.Of(_net, Layer, unit, _size.Height, _size.Width), min, max)
            : new ProjectedUnit(unit.Channel, null, null, activation, FieldResult.OfMap(_net, Layer, _size.Height, _size.Width), min, max);
    }

    private List<(int Input, Unit Unit)> Find(ReadOnlyMemory<float> inputs, IReadOnlyList<IReadOnlyList<UnitWish>> wishes, int length)
    {
        var (found, each) = (new List<(int, Unit)>(), (int)Shape.ItemCount());
        if (_extractor is null)
        {
            for (var i = 0; i < wishes.Count; i++) found.AddRange(wishes[i].Select(w => (i, Chosen(w, []))));
            return found;
        }

        _extractor.Run(
            wishes.Count,
            (i, image) => inputs.Span.Slice(i * length, length).CopyTo(image),
            (first, count, features) =>
            {
                for (var i = 0; i < count; i++)
                {
                    foreach (var wish in wishes[first + i]) found.Add((first + i, Chosen(wish, features.Floats(Layer).Slice(i * each, each))));
                }
            });
        return found;
    }

    private Unit Chosen(UnitWish wish, ReadOnlySpan<float> activations)
    {
        try
        {
            return Find(wish, activations);
        }
        catch (GraphException e) when (wish.Origin.Length > 0)
        {
            throw new GraphException(wish.Origin + e.Message, e);
        }
    }

    private Unit Find(UnitWish wish, ReadOnlySpan<float> activations)
    {
        if (wish.Place is { } named && _within is { } whole && !whole.Contains(named.Y, named.X))
        {
            throw new GraphException(
                $"Row {named.Y}, column {named.X} of layer '{Layer}' sees beyond the image's border; with --whole-fields rows {whole.Y} to " +
                $"{whole.Y + whole.Height - 1} and columns {whole.X} to {whole.X + whole.Width - 1} were wanted.");
        }

        if (wish is { Channel: { } channel, Place: { } place }) return Inside(new Unit(channel, place.Y, place.X));
        if (wish is { Channel: { } map, Whole: true }) return Inside(new Unit(map, 0, 0));
        return wish.Place is { } at ? Unit.StrongestAt(activations, Shape, at.Y, at.X) : Unit.Strongest(activations, Shape, wish.Channel, _within);
    }

    private Unit Inside(Unit unit)
    {
        _ = unit.IndexIn(Shape);
        return unit;
    }
}
