using System.Globalization;
using MlNetConvVis.Analysis;
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

    public PipelineStep Step { get; } = new("visualize", "Draw what the layers respond to");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "visualize 3", context.Data.Fingerprint, context.Network.Hash!, System.Text.Json.JsonSerializer.Serialize(context.Spec.Visualize),
        context.Spec.Seed.ToString(CultureInfo.InvariantCulture));

    public string Run(PipelineContext context, string folder)
    {
        var (section, photos) = (context.Spec.Visualize!, context.SourcePhotos);
        var looked = new StepProgress<int>(done => context.Observer.Progressed(0.5 * done / photos.Count, $"{done} of {photos.Count} photos looked at"));
        var all = TopActivations.Find(
            context.Network, section.Layers, section.Top, photos.Count, photos.Fill, context.Settings, 64, looked, context.Cancellation);
        var chosen = TopActivations.Choose(all, section.Maps, context.Spec.Seed);
        var total = chosen.Sum(static m => m.Tops.Count);
        var drawn = new StepProgress<int>(done =>
            context.Observer.Progressed(0.5 + (0.5 * done / total), $"{done} of {total} activations projected to pixels"));
        var pictures = FeatureGallery.Draw(
            context.Network, chosen, photos, section.Rules.ToRules(), context.Settings, section.SharesRange, drawn, context.Cancellation);
        var files = FileNames.Of(section.Layers);
        var list = pictures.Select(m => Write(context, folder, m, files[m.Layer])).ToArray();
        foreach (var layer in pictures.GroupBy(static m => m.Layer))
            FigureSheet.Of(context.Network, [.. layer]).WritePng(Path.Combine(folder, $"{files[layer.Key]}.png"));
        if (FirstFilters.Of(context.Network) is { } first) first.Sheet().WritePng(Path.Combine(folder, FiltersFile));
        context.Folder.WriteJson(Path.Combine(folder, ListFile), list);
        return string.Create(CultureInfo.InvariantCulture,
            $"{total} projections of {chosen.Count} maps in {section.Layers.Count} layers, from {photos.Count:N0} photos");
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
            var source = context.Data.Pictures.Images[context.SourcePhotos.Sources[picture.Source.Image]];
            return new MapPicture(projection, patch, Path.GetFileName(source.Path), context.Data.Pictures.Classes[source.Label], picture.Source.Activation);
        });
        return new MapPictures(map.Layer, map.Channel, [.. items]);
    }
}

/// <summary>The pictures of one map, as files relative to the step's folder.</summary>
internal sealed record MapPictures(string Layer, int Channel, IReadOnlyList<MapPicture> Pictures);

/// <summary>One strong activation: its two pictures and where it comes from.</summary>
internal sealed record MapPicture(string Projection, string Patch, string Photo, string Class, float Activation);
