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
    int Earlier,
    double Seconds,
    IReadOnlyList<LayerPictures> Layers,
    FilterPicture? Filters,
    string Report,
    IReadOnlyList<SkippedImage> Skipped);

/// <summary>The picture of the first convolution's filters.</summary>
internal sealed record FilterPicture(string Layer, string File, int Count, int Height, int Width);

/// <summary>A picture of maps of one layer, with the class whose photos it shows where classes are kept apart; no file where no map was active.</summary>
internal sealed record LayerPictures(string Layer, string? File, string? Class, IReadOnlyList<MapActivations> Maps);

/// <summary>The strongest activations of one map, strongest first: row by row as they stand in the picture.</summary>
/// <param name="Channel">The map.</param>
/// <param name="Selectivity">Where classes are kept apart: see <see cref="ClassResponse"/>.</param>
/// <param name="Activations">Where they come from.</param>
internal sealed record MapActivations(int Channel, double? Selectivity, IReadOnlyList<ActivationPlace> Activations);

/// <summary>Where one activation comes from: photo, unit, and the pixels of the input that it sees.</summary>
internal sealed record ActivationPlace(string Photo, int Y, int X, float Activation, FieldResult Field)
{
    public static ActivationPlace Of(TopActivation top, string photo, ConvNet net, string layer)
    {
        var size = net.RequirePreprocessing();
        return new(photo, top.Unit.Y, top.Unit.X, top.Activation, FieldResult.Of(net, layer, top.Unit, size.Height, size.Width));
    }
}
