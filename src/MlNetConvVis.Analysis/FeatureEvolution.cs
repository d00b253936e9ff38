using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>A network at one moment of its training.</summary>
/// <param name="Name">What it is called, such as "epoch 5".</param>
/// <param name="Net">The network.</param>
public sealed record TrainingStage(string Name, ConvNet Net);

/// <summary>One feature map through training.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Stages">The strongest activation of each stage over all photos; null where the map was active in none.</param>
public sealed record EvolvedMap(string Layer, int Channel, IReadOnlyList<FeaturePicture?> Stages);

/// <summary>How far a layer had come at each stage.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Settled">For each stage the part of the maps that are excited most by the photo that excites them most in the end.</param>
public sealed record LayerSettling(string Layer, IReadOnlyList<double> Settled)
{
    private const double Half = 0.5;

    /// <summary>Gets the first stage from which on at least half of the maps keep their photo.</summary>
    public int SettledFrom => Settled.Count - Settled.Reverse().TakeWhile(static share => share >= Half).Count();
}

/// <summary>What <see cref="FeatureEvolution"/> found.</summary>
/// <param name="Stages">The stages' names, in order.</param>
/// <param name="Maps">The chosen maps, layer by layer.</param>
/// <param name="Settling">How far each layer had come, over all of its maps.</param>
public sealed record Evolution(IReadOnlyList<string> Stages, IReadOnlyList<EvolvedMap> Maps, IReadOnlyList<LayerSettling> Settling)
{
    /// <summary>Gets whether the first of the layers settled no later than the last one, as the paper reports: the lower layers within a few epochs, the upper
    /// ones much later.</summary>
    public bool LowerLayersSettleFirst => Settling[0].SettledFrom <= Settling[^1].SettledFrom;
}

/// <summary>
/// How features develop while a network is trained: figure 4 of Zeiler and Fergus (2013). For some maps of each layer, the strongest activation over all photos at
/// each stage, projected to pixels; sudden jumps are changes of the photo that excites the map most.
/// </summary>
public static class FeatureEvolution
{
    /// <summary>Follows the maps.</summary>
    /// <param name="stages">The same network at several moments, earliest first.</param>
    /// <param name="layers">The layers, lowest first.</param>
    /// <param name="mapsEach">How many maps of each layer, drawn at random among those that are active in the end.</param>
    /// <param name="seed">Decides which maps are drawn.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="progress">Receives how many times a photo was looked at, of stages times photos.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The maps with their pictures.</returns>
    /// <exception cref="GraphException">The networks are not the same one: a layer or its shape differs.</exception>
    public static Evolution Follow(
        IReadOnlyList<TrainingStage> stages,
        IReadOnlyList<string> layers,
        int mapsEach,
        ulong seed,
        ImageFrames photos,
        ReversalRuleSet rules,
        SessionSettings settings,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(photos);
        if (stages.Count < 2) throw new ArgumentException($"{stages.Count} stages came; at least two were wanted.", nameof(stages));
        foreach (var layer in layers) RefuseOthers(stages, layer);
        var tops = stages.Select((stage, s) => TopActivations.Find(
            stage.Net, layers, 1, photos.Count, photos.Fill, settings, progress: Shifted(progress, s * photos.Count), cancellation: cancellation)).ToArray();
        var chosen = TopActivations.Choose(tops[^1], mapsEach, seed);
        var pictures = stages.Zip(tops, (stage, found) => Pictures(stage, chosen, found, photos, rules, settings, cancellation)).ToArray();
        return new Evolution(
            [.. stages.Select(static s => s.Name)],
            [.. chosen.Select(map => new EvolvedMap(map.Layer, map.Channel, [.. pictures.Select(p => p.GetValueOrDefault((map.Layer, map.Channel)))]))],
            [.. layers.Select(layer => Settling(layer, tops))]);
    }

    private static void RefuseOthers(IReadOnlyList<TrainingStage> stages, string layer)
    {
        var shape = stages[^1].Net.ShapeOf(layer);
        foreach (var stage in stages.Where(s => !s.Net.ShapeOf(layer).Equals(shape)))
        {
            throw new GraphException(
                $"Layer '{layer}' is {stage.Net.ShapeOf(layer)} in '{stage.Name}' and {shape} in '{stages[^1].Name}'; stages of one network were wanted.");
        }
    }

    private static Dictionary<(string Layer, int Channel), FeaturePicture?> Pictures(
        TrainingStage stage, IReadOnlyList<MapTops> chosen, IReadOnlyList<MapTops> found, ImageFrames photos, ReversalRuleSet rules, SessionSettings settings,
        CancellationToken cancellation)
    {
        var wanted = chosen.Select(static m => (m.Layer, m.Channel)).ToHashSet();
        return FeatureGallery.Draw(
            stage.Net, [.. found.Where(m => wanted.Contains((m.Layer, m.Channel)))], photos, rules, settings, cancellation: cancellation)
            .ToDictionary(static m => (m.Layer, m.Channel), static m => m.Pictures.Count > 0 ? m.Pictures[0] : null);
    }

    private static LayerSettling Settling(string layer, IReadOnlyList<MapTops>[] tops)
    {
        var photos = tops.Select(found => found.Where(m => m.Layer == layer).ToDictionary(static m => m.Channel, static m => m.Tops[0].Image)).ToArray();
        return new LayerSettling(layer, [.. photos.Select(own => photos[^1].Count == 0 ? 0
            : photos[^1].Count(last => own.TryGetValue(last.Key, out var photo) && photo == last.Value) / (double)photos[^1].Count)]);
    }

    private static ShiftedProgress? Shifted(IProgress<int>? progress, int before) => progress is null ? null : new ShiftedProgress(progress, before);

    private sealed class ShiftedProgress(IProgress<int> inner, int before) : IProgress<int>
    {
        public void Report(int value) => inner.Report(before + value);
    }
}
