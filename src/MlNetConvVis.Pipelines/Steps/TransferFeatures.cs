using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>The features of the transfer section, from where the features step put them.</summary>
internal sealed class TransferFeatures : IDisposable
{
    private readonly IDisposable? _cached;

    private TransferFeatures(FeatureMatrix matrix, IReadOnlyList<string> names, ConvNet net, string layer, IDisposable? cached) =>
        (Matrix, Names, Net, Layer, _cached) = (matrix, names, net, layer, cached);

    public FeatureMatrix Matrix { get; }

    /// <summary>Gets the name of each row's image: its path relative to the data, with slashes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the network that computes <see cref="Layer"/>.</summary>
    public ConvNet Net { get; }

    /// <summary>Gets what fits heads in place of our own trainer, or null.</summary>
    public ITransferChain? Chain { get; private init; }

    /// <summary>Gets the layer that was read.</summary>
    public string Layer { get; }

    public static TransferFeatures Open(PipelineContext context, string network)
    {
        var section = context.Spec.Transfer!;
        if (section.Engine is { } engine) return ByEngine(context, engine);
        var net = network == "trained" ? context.Network : ConvNet.Load(context.UntrainedFile);
        var kept = RunFolder.ReadJson<int[]>(context.Folder.In("features", FeaturesStep.RowsFile));
        var names = NamesOf(context, kept);
        if (section.Switches) return new(FromFile(context, network, kept), names, net, section.Layer, null);
        var features = TargetFeatures.Open(context, net, [section.Layer], section.MostFeatures, network, (0, 0));
        return new(features.Matrix(features.Layers[0]), NamesOf(context, features.Sources), features.Net, features.Layers[0].Read, features);
    }

    private static TransferFeatures ByEngine(PipelineContext context, ITransferEngine engine)
    {
        var (section, target) = (context.Spec.Transfer!, FeaturesStep.Target(context));
        var (net, layers) = MeanPooledNet.Of(context.Network, [section.Layer], section.MostFeatures);
        int[] all = [.. Enumerable.Range(0, target.Images.Count)];
        if (target.HasSeveralLabels) throw TargetFeatures.WantsOneClass;
        if (target.Images.FirstOrDefault(static i => !File.Exists(i.Path)) is { Source: not null } packed)
            throw new PipelineException($"{engine.Name} reads photos from files, but '{packed.Path}' is none; unpack the archive.");
        var chain = context.Chain(() => engine.Open(
            new TransferTask(net, layers[0].Read, target.Paths(), [.. target.Images.Select(i => target.Classes[i.Label])], context.Settings),
            done => context.Observer.Progressed((double)done / all.Length, string.Create(CultureInfo.InvariantCulture, $"{engine.Name}, {done:N0} of {all.Length:N0} images")),
            context.Cancellation));
        var matrix = new FeatureMatrix(chain.Features, layers[0].Features, target.Labels(), target.Classes, context.Data.TargetGroups);
        return new(matrix, NamesOf(context, all), net, layers[0].Read, null) { Chain = chain };
    }

    public static string[] NamesOf(PipelineContext context, IReadOnlyList<int> rows)
    {
        var (target, root) = (FeaturesStep.Target(context), context.Spec.Data.Target ?? context.Folder.In("data"));
        return [.. rows.Select(i => Path.GetRelativePath(root, target.Images[i].Path).Replace('\\', '/'))];
    }

    public void Dispose() => _cached?.Dispose();

    private static FeatureMatrix FromFile(PipelineContext context, string network, int[] kept)
    {
        var layer = context.Spec.Transfer!.Layer;
        var values = NpyFile.Read<float>(SwitchFeatures.FileOf(context.Folder.In("features"), network, layer));
        var target = FeaturesStep.Target(context);
        if (values.Shape[0] != kept.Length)
        {
            throw new PipelineException(
                $"The features have {values.Shape[0]} rows, but their index has {kept.Length}. Remove the folder 'features' and run again.");
        }

        return new FeatureMatrix(
            values.Values,
            values.Shape[1],
            [.. kept.Select(i => target.Images[i].Label)],
            target.Classes,
            context.Data.TargetGroups is { } groups ? [.. kept.Select(i => groups[i])] : null);
    }
}
