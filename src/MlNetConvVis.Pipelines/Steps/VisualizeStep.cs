using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Makes the pictures of the paper's figure 2: for some maps of each layer the strongest activations, projections beside patches.</summary>
internal sealed class VisualizeStep : IPipelineWork
{
    /// <summary>The list of pictures that the report reads.</summary>
    public const string ListFile = "pictures.json";

    /// <summary>The sheet of the first convolution's filters; missing where they cannot be seen.</summary>
    public const string FiltersFile = "filters/sheet.png";

    private const string PassFile = "visualize.pass";
    private const double ShareOfPass = 0.5;

    public PipelineStep Step { get; } = new("visualize", "Draw what the layers respond to");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "visualize 4", context.Data.Fingerprint, context.Network.Hash!, System.Text.Json.JsonSerializer.Serialize(context.Spec.Visualize),
        context.Spec.Seed.ToString(CultureInfo.InvariantCulture));

    public string Run(PipelineContext context, string folder)
    {
        var (section, photos) = (context.Spec.Visualize!, context.Data.Pictures);
        var found = Find(context, photos, Path.Combine(folder, PassFile));
        MapTops[] chosen = [.. section.Layers.SelectMany(layer => TopActivations.Choose(found.Of(layer), section.Maps, context.Spec.Seed))];
        var total = chosen.Sum(static m => m.Tops.Count);
        var (files, list, drawn) = (FileNames.Of(section.Layers), new List<MapPictures>(), 0);
        foreach (var layer in chosen.GroupBy(static m => m.Layer))
        {
            var before = drawn;
            var progress = new StepProgress<int>(done => context.Observer.Progressed(
                ShareOfPass + ((1 - ShareOfPass) * (before + done) / total), $"{before + done} of {total} activations projected to pixels"));
            var maps = FeatureGallery.Draw(
                context.Network, [.. layer], photos, context.Loading, section.Rules.ToRules(), context.Settings, section.SharesRange, progress, context.Cancellation);
            list.AddRange(maps.Select(m => Write(context, folder, m, files[layer.Key])));
            FigureSheet.Of(context.Network, maps).WritePng(Path.Combine(folder, $"{files[layer.Key]}.png"));
            drawn += maps.Sum(static m => m.Pictures.Count);
        }

        if (FirstFilters.Of(context.Network) is { } first) first.Sheet().WritePng(Path.Combine(folder, FiltersFile));
        context.Folder.WriteJson(Path.Combine(folder, ListFile), list);
        return string.Create(CultureInfo.InvariantCulture,
            $"{total} projections of {chosen.Length} maps in {section.Layers.Count} layers, from {found.Photos:N0} photos");
    }

    /// <summary>Looks at every photo once, or goes on where an interrupted run stopped.</summary>
    private static MinedMaps Find(PipelineContext context, ImageSet photos, string pass)
    {
        var section = context.Spec.Visualize!;
        var looked = new StepProgress<int>(done =>
            context.Observer.Progressed(ShareOfPass * done / photos.Images.Count, $"{done} of {photos.Images.Count} photos looked at"));
        var found = ActivationMining.Run(
            context.Network, section.Layers, photos, pass, new MiningOptions { Top = section.Top }, context.Settings, context.Loading, looked, context.Cancellation);
        foreach (var broken in found.Broken) context.Observer.Noted(broken.Message);
        return found.Photos > 0 ? found : throw new PipelineException(
            $"None of the {photos.Images.Count} photos could be read, so nothing can be drawn. The notes above say why; mend the photos or name others under 'data'.");
    }

    private static MapPictures Write(PipelineContext context, string folder, FeatureMapPictures map, string layer)
    {
        Directory.CreateDirectory(Path.Combine(folder, layer));
        var items = map.Pictures.Select((picture, i) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"map{map.Channel:000}-{i + 1}");
            var (projection, patch) = ($"{layer}/{name}-projection.png", $"{layer}/{name}-patch.png");
            picture.Projection.WritePng(Path.Combine(folder, projection));
            picture.Patch.WritePng(Path.Combine(folder, patch));
            var source = context.Data.Pictures.Images[picture.Source.Image];
            return new MapPicture(projection, patch, Path.GetFileName(source.Path), context.Data.Pictures.Classes[source.Label], picture.Source.Activation);
        });
        return new MapPictures(map.Layer, map.Channel, [.. items]);
    }
}

/// <summary>The pictures of one map, as files relative to the step's folder.</summary>
internal sealed record MapPictures(string Layer, int Channel, IReadOnlyList<MapPicture> Pictures);

/// <summary>One strong activation: its two pictures and where it comes from.</summary>
internal sealed record MapPicture(string Projection, string Patch, string Photo, string Class, float Activation);
