using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>A strong activation projected to pixels.</summary>
/// <param name="Source">The activation.</param>
/// <param name="Field">Its receptive field, clamped to the image; outside, the projection is zero.</param>
/// <param name="Values">The projection inside the field, [C, field height, field width].</param>
public sealed record TopProjection(TopActivation Source, PixelWindow Field, float[] Values);

/// <summary>The projections of one feature map.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Projections">Strongest first.</param>
public sealed record MapProjections(string Layer, int Channel, IReadOnlyList<TopProjection> Projections);

/// <summary>Projects what <see cref="TopActivations"/> found. A photo of which many units are wanted runs through the network once; of
/// others only the receptive fields do.</summary>
public static class TopProjections
{
    private const int Batch = 16;

    /// <summary>Projects strong activations.</summary>
    /// <param name="net">The network.</param>
    /// <param name="maps">The maps and their activations.</param>
    /// <param name="fill">Writes a photo's input.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="progress">Receives how many activations are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The projections, layer by layer in the order of <paramref name="maps"/>.</returns>
    public static IReadOnlyList<MapProjections> Of(
        ConvNet net,
        IReadOnlyList<MapTops> maps,
        FillImage fill,
        ReversalRuleSet rules,
        SessionSettings settings,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(fill);
        var (results, done) = (new List<MapProjections>(maps.Count), 0);
        foreach (var layer in maps.GroupBy(static m => m.Layer))
        {
            using var projector = new Projector(net, layer.Key, rules, settings, Batch);
            var work = new LayerWork(projector, new Field(net, layer.Key), fill);
            results.AddRange(work.Run([.. layer], count => progress?.Report(done += count), cancellation));
        }

        return results;
    }

    private sealed record Wish(int Map, int Place, TopActivation Top);

    /// <summary>All activations of one layer.</summary>
    private sealed class LayerWork(Projector projector, Field field, FillImage fill)
    {
        private readonly float[] _images = new float[projector.Capacity * projector.ImageLength];
        private readonly float[] _whole = new float[projector.Capacity * projector.ImageLength];
        private readonly float[] _activations = new float[projector.Capacity];

        public IEnumerable<MapProjections> Run(MapTops[] maps, Action<int> report, CancellationToken cancellation)
        {
            TopProjection[][] projections = [.. maps.Select(static m => new TopProjection[m.Tops.Count])];
            var photos = maps.SelectMany(static (map, m) => map.Tops.Select((top, t) => new Wish(m, t, top))).GroupBy(static w => w.Top.Image)
                .OrderBy(static photo => photo.Key)
                .ToLookup(photo => photo.Count() * projector.ShareOfOne < 1);
            foreach (var part in photos[true].SelectMany(static photo => photo).Chunk(projector.Capacity))
            {
                cancellation.ThrowIfCancellationRequested();
                Fill(part.Select(static wish => wish.Top.Image));
                projector.Project(Images(part.Length), Units(part), Whole(part.Length), _activations.AsSpan(0, part.Length));
                Keep(part, projections, report);
            }

            foreach (var several in photos[false].Chunk(projector.Capacity))
            {
                cancellation.ThrowIfCancellationRequested();
                Fill(several.Select(static photo => photo.Key));
                projector.See(Images(several.Length));
                foreach (var part in several.SelectMany(static (photo, i) => photo.Select(wish => (Image: i, Wish: wish))).Chunk(projector.Capacity))
                {
                    Wish[] wishes = [.. part.Select(static p => p.Wish)];
                    projector.Project([.. part.Select(static p => p.Image)], Units(wishes), Whole(part.Length), _activations.AsSpan(0, part.Length));
                    Keep(wishes, projections, report);
                }
            }

            return maps.Zip(projections, static (map, own) => new MapProjections(map.Layer, map.Channel, own));
        }

        private static Unit[] Units(Wish[] wishes) => [.. wishes.Select(static w => w.Top.Unit)];

        private Span<float> Images(int count) => _images.AsSpan(0, count * projector.ImageLength);

        private Span<float> Whole(int count) => _whole.AsSpan(0, count * projector.ImageLength);

        private void Fill(IEnumerable<int> images)
        {
            foreach (var (i, image) in images.Index()) fill(image, _images.AsSpan(i * projector.ImageLength, projector.ImageLength));
        }

        private void Keep(Wish[] wishes, TopProjection[][] projections, Action<int> report)
        {
            foreach (var (i, wish) in wishes.Index())
                projections[wish.Map][wish.Place] = field.CutOut(wish.Top, _whole.AsSpan(i * projector.ImageLength, projector.ImageLength));
            report(wishes.Length);
        }
    }

    /// <summary>The receptive fields of one layer, clamped to the image.</summary>
    private sealed class Field(ConvNet net, string layer)
    {
        private readonly IReadOnlyList<FieldAxis> _axes = net.FieldOf(layer);
        private readonly int _rows = (int)net.Image.Shape!.Known(net.Axes.Rows);
        private readonly int _columns = (int)net.Image.Shape!.Known(net.Axes.Columns);

        /// <summary>Cuts the field out of a projection of the image's own order.</summary>
        public TopProjection CutOut(TopActivation top, ReadOnlySpan<float> projection)
        {
            var (y, height) = _axes[0].Clamped(top.Unit.Y, _rows);
            var (x, width) = _axes[1].Clamped(top.Unit.X, _columns);
            var planes = net.ChannelsFirst(projection, _rows, _columns);
            var values = new float[planes.Length / (_rows * _columns) * height * width];
            for (var row = 0; row < values.Length / width; row++)
                planes.Slice((((((row / height) * _rows) + y + (row % height)) * _columns) + x), width).CopyTo(values.AsSpan(row * width));
            return new TopProjection(top, new PixelWindow(x, y, width, height), values);
        }
    }
}
