using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Features of the target images, from the cache; those it lacks are extracted.</summary>
internal sealed class TargetFeatures : IDisposable
{
    private readonly CachedFeatures _cached;
    private readonly ImageSet _target;
    private readonly IReadOnlyList<string>? _groups;

    private TargetFeatures(CachedFeatures cached, ConvNet net, IReadOnlyList<PooledLayer> layers, ImageSet target, IReadOnlyList<string>? groups) =>
        (_cached, Net, Layers, _target, _groups) = (cached, net, layers, target, groups);

    /// <summary>Gets the network, with averages of layers that are too large.</summary>
    public ConvNet Net { get; }

    /// <summary>Gets the layers in the order they were asked for.</summary>
    public IReadOnlyList<PooledLayer> Layers { get; }

    /// <summary>Gets, for each row, its place among the target images.</summary>
    public IReadOnlyList<int> Sources => _cached.Sources;

    public static PipelineException WantsOneClass => new(
        "Some target images show several classes, or none; this experiment wants one class an image. Use 'protocol: voc2012', which ranks them.");

    public static TargetFeatures Open(
        PipelineContext context, ConvNet net, IReadOnlyList<string> layers, int mostFeatures, string name, (double From, double To) share)
    {
        var (pooled, found) = MeanPooledNet.Of(net, layers, mostFeatures);
        var target = FeaturesStep.Target(context);
        var progress = new StepProgress<(int Done, int Total)>(p => context.Observer.Progressed(
            share.From + ((share.To - share.From) * p.Done / p.Total),
            string.Create(CultureInfo.InvariantCulture, $"{name} network, {p.Done:N0} of {p.Total:N0} images")));
        var options = new FeatureCacheOptions { Settings = context.Settings, Threads = context.Threads, Progress = progress };
        var cached = context.Cache.Get(pooled, [.. found.Select(static l => l.Read)], target.Sources(), options, context.Cancellation);
        foreach (var broken in cached.Broken) context.Observer.Noted(broken.Message);
        return new TargetFeatures(cached, pooled, found, target, context.Data.TargetGroups);
    }

    /// <summary>Gets the rows with all that each image shows, for ranking.</summary>
    public IReadOnlyList<RankedImage> Ranked(PooledLayer layer, int trained)
    {
        var rows = _cached.Rows(layer.Read);
        return [.. Sources.Select((i, row) => new RankedImage(rows[row], _target.Images[i].Labels, _target.Images[i].Doubtful, IsTest: i >= trained))];
    }

    public FeatureMatrix Matrix(PooledLayer layer) => _target.HasSeveralLabels ? throw WantsOneClass : new(
        _cached.Rows(layer.Read), layer.Features, [.. Sources.Select(i => _target.Images[i].Label)], _target.Classes,
        _groups is { } groups ? [.. Sources.Select(i => groups[i])] : null);

    public void Dispose() => _cached.Dispose();
}
