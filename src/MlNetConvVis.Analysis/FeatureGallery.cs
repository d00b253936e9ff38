using MlNetConvVis.Data;
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
        ArgumentNullException.ThrowIfNull(photos);
        return Draw(net, maps, photos.Fill, i => photos[i], rules, settings, perMap, progress, cancellation);
    }

    /// <summary>Projects strong activations, and reads only the photos that the pictures show.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <param name="maps">The maps and their activations.</param>
    /// <param name="photos">All photos of the collection; the activations refer to their places here.</param>
    /// <param name="loading">How photos are decoded. One that cannot be read ends the work: it could be read when the activations were found.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="perMap">Whether pictures of one map share one scale, so that their strengths compare; otherwise each uses the full range.</param>
    /// <param name="progress">Receives how many activations are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The pictures, in the order of <paramref name="maps"/>.</returns>
    /// <exception cref="ImageDecodeException">A photo cannot be read.</exception>
    public static IReadOnlyList<FeatureMapPictures> Draw(
        ConvNet net,
        IReadOnlyList<MapTops> maps,
        ImageSet photos,
        ImageLoaderOptions loading,
        ReversalRuleSet rules,
        SessionSettings settings,
        bool perMap = false,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(loading);
        int[] shown = [.. maps.SelectMany(static m => m.Tops).Select(static t => t.Image).Distinct().Order()];
        var frames = ImageFrames.Load(
            [.. shown.Select(i => photos.Images[i].Source)], net.RequirePreprocessing(), loading with { Strict = true }, null, cancellation);
        int Place(int photo) => Array.BinarySearch(shown, photo);
        return Draw(
            net, maps, (photo, image) => frames.Fill(Place(photo), image), photo => frames[Place(photo)], rules, settings, perMap, progress, cancellation);
    }

    private static IReadOnlyList<FeatureMapPictures> Draw(
        ConvNet net,
        IReadOnlyList<MapTops> maps,
        FillImage fill,
        Func<int, RgbImage> frame,
        ReversalRuleSet rules,
        SessionSettings settings,
        bool perMap,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        var painter = new Painter(net.RequirePreprocessing(), frame, perMap);
        return [.. TopProjections.Of(net, maps, fill, rules, settings, progress, cancellation).Select(painter.Paint)];
    }

    /// <summary>Turns projections and photos into pictures of the receptive field.</summary>
    private sealed class Painter(ImagePreprocessing preprocessing, Func<int, RgbImage> frame, bool perMap)
    {
        public FeatureMapPictures Paint(MapProjections map)
        {
            var shared = perMap ? TensorPicture.ClearRange([.. map.Projections.SelectMany(static p => p.Values)]) : (float?)null;
            return new FeatureMapPictures(map.Layer, map.Channel, [.. map.Projections.Select(p => Paint(p, shared))]);
        }

        private FeaturePicture Paint(TopProjection top, float? shared)
        {
            var range = shared ?? TensorPicture.ClearRange(top.Values);
            var picture = TensorPicture.Signed(
                top.Values, preprocessing.ChannelCount, top.Field.Height, top.Field.Width, preprocessing.Channels, range);
            return new FeaturePicture(top.Source, picture, frame(top.Source.Image).Crop(top.Field));
        }
    }
}
