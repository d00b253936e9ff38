using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>A strong activation as a person looks at it.</summary>
/// <param name="Source">The activation.</param>
/// <param name="Projection">Its projection to pixels, cut to the receptive field; grey is zero.</param>
/// <param name="Patch">The photo, cut to the same field.</param>
public sealed record FeaturePicture(TopActivation Source, RgbImage Projection, RgbImage Patch);

/// <summary>The pictures of one feature map.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Pictures">Strongest first.</param>
public sealed record FeatureMapPictures(string Layer, int Channel, IReadOnlyList<FeaturePicture> Pictures);

/// <summary>Makes the pictures of the paper's figure 2: projections of the strongest activations beside the patches that caused them.</summary>
public static class FeatureGallery
{
    private const int Batch = 16;

    /// <summary>Projects strong activations.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <param name="maps">The maps and their activations.</param>
    /// <param name="photos">The photos that the activations refer to.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="perMap">Whether pictures of one map share one scale, so that their strengths compare; otherwise each uses the full range.</param>
    /// <param name="progress">Receives how many activations are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The pictures, in the order of <paramref name="maps"/>.</returns>
    public static IReadOnlyList<FeatureMapPictures> Draw(
        ConvNet net,
        IReadOnlyList<MapTops> maps,
        ImageFrames photos,
        ReversalRuleSet rules,
        SessionSettings settings,
        bool perMap = false,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        var preprocessing = net.RequirePreprocessing();
        var (results, done) = (new List<FeatureMapPictures>(maps.Count), 0);
        foreach (var layer in maps.GroupBy(static m => m.Layer))
        {
            using var projector = new Projector(net, layer.Key, rules, settings, Batch);
            var painter = new Painter(net, layer.Key, preprocessing, photos);
            foreach (var map in layer)
            {
                cancellation.ThrowIfCancellationRequested();
                results.Add(new FeatureMapPictures(map.Layer, map.Channel, DrawMap(projector, map, photos, painter, perMap)));
                progress?.Report(done += map.Tops.Count);
            }
        }

        return results;
    }

    /// <summary>Sets pictures as the paper does: the projections of each map as a square, the patches as a square beside it.</summary>
    /// <param name="maps">The maps of one layer.</param>
    /// <param name="columns">How many maps stand side by side.</param>
    /// <param name="tile">The wished side of one picture in pixels; pictures are enlarged by whole numbers up to it.</param>
    /// <returns>The sheet.</returns>
    public static RgbImage Sheet(IReadOnlyList<FeatureMapPictures> maps, int columns = 2, int tile = 64)
    {
        ArgumentNullException.ThrowIfNull(maps);
        var squares = maps.SelectMany(m => new[]
        {
            Square([.. m.Pictures.Select(static p => p.Projection)], tile),
            Square([.. m.Pictures.Select(static p => p.Patch)], tile),
        });
        return new ImageSheet { Columns = 2 * columns, Gap = 10, Margin = 10 }.Compose([.. squares]);
    }

    private static RgbImage? Square(IReadOnlyList<RgbImage> pictures, int tile)
    {
        if (pictures.Count == 0) return null;
        var side = (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        var factor = Math.Max(1, tile / pictures.Max(static p => Math.Max(p.Width, p.Height)));
        return new ImageSheet { Columns = side, Gap = 2 }.Compose([.. pictures.Select(p => (RgbImage?)p.Enlarge(factor))]);
    }

    private static IReadOnlyList<FeaturePicture> DrawMap(Projector projector, MapTops map, ImageFrames photos, Painter painter, bool shared)
    {
        var (count, length) = (map.Tops.Count, projector.ImageLength);
        var images = new float[count * length];
        for (var i = 0; i < count; i++) photos.Fill(map.Tops[i].Image, images.AsSpan(i * length, length));
        var (projections, activations) = (new float[images.Length], new float[count]);
        projector.Project(images, [.. map.Tops.Select(static t => t.Unit)], projections, activations);
        var shownAlike = shared ? TensorPicture.ClearRange(projections) : (float?)null;
        return [.. map.Tops.Select((top, i) => painter.Paint(top, projections.AsSpan(i * length, length), shownAlike))];
    }

    /// <summary>Turns projections and photos of one layer into pictures of its receptive field.</summary>
    private sealed class Painter(ConvNet net, string layer, ImagePreprocessing preprocessing, ImageFrames photos)
    {
        private readonly IReadOnlyList<Graph.Shapes.FieldAxis> _field = net.FieldOf(layer);

        public FeaturePicture Paint(TopActivation top, ReadOnlySpan<float> projection, float? sharedRange)
        {
            var (y, height) = _field[0].Clamped(top.Unit.Y, preprocessing.Height);
            var (x, width) = _field[1].Clamped(top.Unit.X, preprocessing.Width);
            var window = new PixelWindow(x, y, width, height);
            var picture = TensorPicture.Signed(projection, 3, preprocessing.Height, preprocessing.Width, preprocessing.Channels, sharedRange ?? TensorPicture.ClearRange(projection));
            return new FeaturePicture(top, picture.Crop(window), photos[top.Image].Crop(window));
        }
    }
}
