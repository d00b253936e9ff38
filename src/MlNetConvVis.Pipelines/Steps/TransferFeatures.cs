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

    /// <summary>Gets the layer that was read.</summary>
    public string Layer { get; }

    public static TransferFeatures Open(PipelineContext context, string network)
    {
        var section = context.Spec.Transfer!;
        var net = network == "trained" ? context.Network : ConvNet.Load(context.UntrainedFile);
        var kept = RunFolder.ReadJson<int[]>(context.Folder.In("features", FeaturesStep.RowsFile));
        var names = NamesOf(context, kept);
        if (section.Switches) return new(FromFile(context, network, kept), names, net, section.Layer, null);
        var features = TargetFeatures.Open(context, net, [section.Layer], section.MostFeatures, network, (0, 0));
        return new(features.Matrix(features.Layers[0]), NamesOf(context, features.Sources), features.Net, features.Layers[0].Read, features);
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
        var values = NpyFile.Read<float>(context.Folder.In("features", $"{network}-{FileNames.Of([layer])[layer]}.npy"));
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
