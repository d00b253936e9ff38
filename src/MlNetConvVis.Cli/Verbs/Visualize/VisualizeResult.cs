using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary>What <c>visualize --json</c> says.</summary>
internal sealed record VisualizeResult(
    string? Model,
    string Rule,
    RuleWords Rules,
    int Photos,
    double Seconds,
    IReadOnlyList<LayerPictures> Layers,
    FilterPicture? Filters,
    IReadOnlyList<SkippedImage> Skipped);

/// <summary>The picture of the first convolution's filters.</summary>
internal sealed record FilterPicture(string Layer, string File, int Count, int Height, int Width);

/// <summary>The picture of one layer; no file where none of its maps was active.</summary>
internal sealed record LayerPictures(string Layer, string? File, IReadOnlyList<MapActivations> Maps)
{
    public static LayerPictures Of(
        string layer, string? file, IReadOnlyList<FeatureMapPictures> maps, ImageFrames frames, ImageSet photos, ConvNet net) =>
        new(layer, file, [.. maps.Where(m => m.Layer == layer).Select(m => new MapActivations(
            m.Channel,
            [.. m.Pictures.Select(p => ActivationPlace.Of(p.Source, photos.Images[frames.Sources[p.Source.Image]].Path, net, layer))]))]);
}

/// <summary>The strongest activations of one map, strongest first: row by row as they stand in the picture.</summary>
internal sealed record MapActivations(int Channel, IReadOnlyList<ActivationPlace> Activations);

/// <summary>Where one activation comes from: photo, unit, and the pixels of the input that it sees.</summary>
internal sealed record ActivationPlace(string Photo, int Y, int X, float Activation, FieldResult Field)
{
    public static ActivationPlace Of(TopActivation top, string photo, ConvNet net, string layer)
    {
        var size = net.RequirePreprocessing();
        return new(photo, top.Unit.Y, top.Unit.X, top.Activation, FieldResult.Of(net, layer, top.Unit, size.Height, size.Width));
    }
}
