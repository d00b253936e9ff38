using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary>The report of <c>visualize</c>, filled picture by picture while they are drawn.</summary>
/// <param name="net">The network.</param>
internal sealed class VisualizePage(ConvNet net)
{
    private const int MapsOfLayer = 32;
    private readonly Dictionary<string, List<FeatureMapGallery>> _galleries = new(StringComparer.Ordinal);

    /// <summary>Takes the maps of a picture that was drawn; of a layer at most 32 maps a class.</summary>
    public void Add(LayerPictures drawn, IReadOnlyList<Analysis.FeatureMapPictures> maps)
    {
        if (!_galleries.TryGetValue(drawn.Layer, out var galleries)) _galleries[drawn.Layer] = galleries = [];
        if (drawn.Class is null && galleries.Count > 0) return;
        galleries.Add(new FeatureMapGallery
        {
            Caption = drawn.Class is { } name ? $"{name}: the maps that single it out most" : $"{drawn.Layer}: maps and the photos that excite them most",
            Maps = [.. maps.Take(MapsOfLayer).Select((m, i) => Map(m, drawn.Maps[i]))],
        });
    }

    /// <summary>Puts the report together.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="command">The command line.</param>
    /// <param name="seed">What drew the maps.</param>
    public Report Of(VisualizeResult result, string command, ulong seed) => new()
    {
        Title = "What the maps respond to",
        Subtitle = $"The strongest activations over {Counted.Of(result.Photos, "photo")}, projected to pixels, after figure 2 of Zeiler and Fergus (2013).",
        Sections = [.. FilterSection(), .. _galleries.Select(layer => new ReportSection(layer.Key, [.. layer.Value]) { Lead = Lead(layer.Key, result) })],
        Foot = VerbFoot.Of(command, [net], VerbFoot.Seed(seed), new ReportFact("Photos", $"{result.Photos} read, {result.Skipped.Count} not readable")),
    };

    private string Lead(string layer, VisualizeResult result)
    {
        var (field, drawn) = (net.FieldOf(layer), result.Layers.Where(l => l.Layer == layer && l.Class is null).Sum(static l => l.Maps.Count));
        var left = drawn > MapsOfLayer ? $" The first {MapsOfLayer} of {drawn} maps; the pictures beside this report have all." : "";
        return $"{net.ShapeOf(layer)[1]} maps, each unit sees {field[0].Size}x{field[1].Size} pixels. Projections by the rule '{result.Rule}' at the left (grey is zero), " +
            $"the patches that caused them at the right, strongest first.{left}";
    }

    private static Reports.FeatureMapPictures Map(Analysis.FeatureMapPictures map, MapActivations places)
    {
        var selectivity = places.Selectivity is { } s ? string.Create(CultureInfo.InvariantCulture, $", selectivity {s:0.00}") : "";
        string Tip(int i) => string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(places.Activations[i].Photo)}: {places.Activations[i].Activation:0.000} at ({places.Activations[i].Y}, {places.Activations[i].X})");
        return new Reports.FeatureMapPictures(
            $"map {map.Channel}",
            [.. map.Pictures.Select((p, i) => Picture(p.Projection, $"map {map.Channel}: what excites it in {places.Activations[i].Photo}", Tip(i)))],
            [.. map.Pictures.Select((p, i) => Picture(p.Patch, $"patch of {places.Activations[i].Photo}", Tip(i)))])
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"activations {places.Activations[^1].Activation:0.00} to {places.Activations[0].Activation:0.00}{selectivity}"),
        };
    }

    private IEnumerable<ReportSection> FilterSection()
    {
        if (FirstFilters.Of(net) is not { } first) yield break;
        var sheet = first.Sheet();
        yield return new ReportSection($"{first.Layer} as its filters",
            [new PictureGrid
            {
                Caption = $"{first.Filters.Count} filters of {first.Filters[0].Height}x{first.Filters[0].Width} pixels; grey is zero",
                TileWidth = Math.Min(640, sheet.Width),
                Pictures = [Picture(sheet, $"the filters of {first.Layer}", null)],
            }]);
    }

    private static ReportPicture Picture(RgbImage picture, string alternative, string? caption) => new(ImageCodecs.Default.EncodePng(picture), alternative, caption);
}
