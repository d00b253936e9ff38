using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>One strong activation of a feature map.</summary>
/// <param name="Image">The photo's index.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Activation">Its value.</param>
public sealed record TopActivation(int Image, Unit Unit, float Activation);

/// <summary>The strongest activations of one feature map, strongest first, at most one a photo.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Tops">The activations; fewer than asked for where the map was active in fewer photos.</param>
public sealed record MapTops(string Layer, int Channel, IReadOnlyList<TopActivation> Tops);

/// <summary>Finds, in one pass over a collection, the photos and places that excite each feature map most (Zeiler and Fergus 2013, figure 2).</summary>
public static class TopActivations
{
    /// <summary>Runs the pass.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="top">How many activations to keep of each map.</param>
    /// <param name="images">How many photos there are.</param>
    /// <param name="fill">Writes a photo's input.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">Photos of one run.</param>
    /// <param name="progress">Receives how many photos are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="wholeFields">Whether only units count whose receptive field lies wholly inside the image, so that no picture is cut.</param>
    /// <returns>Every map of every layer that was active (above zero) at all, in order.</returns>
    /// <exception cref="GraphException">A layer does not exist, is not computed from the image, or does not lie channels first, or
    /// whole fields are wanted and it has none.</exception>
    public static IReadOnlyList<MapTops> Find(
        ConvNet net,
        IReadOnlyList<string> layers,
        int top,
        int images,
        FillImage fill,
        SessionSettings settings,
        int batch = 32,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default,
        bool wholeFields = false)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        foreach (var layer in layers) _ = net.FieldOf(layer);      // refuses layers whose maps are not their second axis
        using var extractor = new FeatureExtractor(net, layers, switches: false, settings, batch, shared: images > batch);
        TopBoard[] boards = [.. layers.Select(l => new TopBoard(l, net.ShapeOf(l), top, within: wholeFields ? MapWindow.OfWholeFields(net, l) : null))];
        extractor.Run(images, fill, (first, count, features) =>
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var board in boards)
            {
                var activations = features.Floats(board.Layer);
                for (var i = 0; i < count; i++) board.Take(first + i, activations.Slice(i * board.Length, board.Length));
            }

            progress?.Report(first + count);
        });
        return [.. boards.SelectMany(static b => b.Tops())];
    }

    /// <summary>Chooses some maps of each layer at random, as the paper does, the same ones for the same seed.</summary>
    /// <param name="maps">The maps to choose from.</param>
    /// <param name="perLayer">How many of each layer.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The chosen ones, in their order.</returns>
    public static IReadOnlyList<MapTops> Choose(IReadOnlyList<MapTops> maps, int perLayer, ulong seed) =>
        [.. maps.GroupBy(static m => m.Layer).SelectMany(layer =>
        {
            var random = new SplitMix64(seed);
            return layer.Select(m => (Map: m, Key: random.Next())).OrderBy(static p => p.Key).Take(perLayer).Select(static p => p.Map)
                .OrderBy(static m => m.Channel);
        })];
}
