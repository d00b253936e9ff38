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

/// <summary>Projects what <see cref="TopActivations"/> found. Each photo runs through the network once a layer, however many of its units are wanted.</summary>
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

        public IEnumerable<MapProjections> Run(MapTops[] maps, Action<int> report, CancellationToken cancellation)
        {
            TopProjection[][] projections = [.. maps.Select(static m => new TopProjection[m.Tops.Count])];
            var wishes = maps.SelectMany(static (map, m) => map.Tops.Select((top, t) => new Wish(m, t, top)));
            foreach (var photos in wishes.GroupBy(static w => w.Top.Image).OrderBy(static photo => photo.Key).Chunk(projector.Capacity))
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < photos.Length; i++) fill(photos[i].Key, _images.AsSpan(i * projector.ImageLength, projector.ImageLength));
                projector.See(_images.AsSpan(0, photos.Length * projector.ImageLength));
                foreach (var part in photos.SelectMany(static (photo, i) => photo.Select(wish => (Image: i, Wish: wish))).Chunk(projector.Capacity))
                {
                    Project(part, projections);
                    report(part.Length);
                }
            }

            return maps.Zip(projections, static (map, own) => new MapProjections(map.Layer, map.Channel, own));
        }

        private void Project((int Image, Wish Wish)[] part, TopProjection[][] projections)
        {
            var (whole, activations) = (new float[part.Length * projector.ImageLength], new float[part.Length]);
            projector.Project([.. part.Select(static p => p.Image)], [.. part.Select(static p => p.Wish.Top.Unit)], whole, activations);
            for (var i = 0; i < part.Length; i++)
            {
                var wish = part[i].Wish;
                projections[wish.Map][wish.Place] = field.CutOut(wish.Top, whole.AsSpan(i * projector.ImageLength, projector.ImageLength));
            }
        }
    }

    /// <summary>The receptive fields of one layer, clamped to the image.</summary>
    private sealed class Field(ConvNet net, string layer)
    {
        private readonly IReadOnlyList<FieldAxis> _axes = net.FieldOf(layer);
        private readonly TensorShape _image = net.Image.Shape!;

        public TopProjection CutOut(TopActivation top, ReadOnlySpan<float> projection)
        {
            var (rows, columns) = ((int)_image.Known(2), (int)_image.Known(3));
            var (y, height) = _axes[0].Clamped(top.Unit.Y, rows);
            var (x, width) = _axes[1].Clamped(top.Unit.X, columns);
            var values = new float[_image.Known(1) * height * width];
            for (var row = 0; row < values.Length / width; row++)
                projection.Slice((((((row / height) * rows) + y + (row % height)) * columns) + x), width).CopyTo(values.AsSpan(row * width));
            return new TopProjection(top, new PixelWindow(x, y, width, height), values);
        }
    }
}
