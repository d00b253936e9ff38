using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>One panel of figure 7.</summary>
/// <param name="Name">Its name for files.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Picture">The picture alone, of the image's size.</param>
/// <param name="Legend">What its colours mean; null where that is plain.</param>
public sealed record OcclusionPanel(string Name, string Title, RgbImage Picture, RgbImage? Legend);

/// <summary>Draws figure 7 of Zeiler and Fergus (2013) for one image.</summary>
public static class OcclusionFigure
{
    private const int LeastPanel = 224;
    private const int Letter = 2;
    private const int Gap = 12;
    private static readonly Rgb s_ink = new(68, 68, 68);
    private static readonly Rgb s_outline = new(230, 159, 0);

    /// <summary>Draws the five panels: image and occluder, the map's activity, its projection, the class's probability, the most probable class.</summary>
    /// <param name="net">The network.</param>
    /// <param name="maps">What was found.</param>
    /// <param name="photo">The photo as the network sees it.</param>
    /// <param name="covered">An image that holds nothing but the occluder's fill, as numbers.</param>
    /// <param name="projection">The projection of the map, in the network's own order of axes.</param>
    public static IReadOnlyList<OcclusionPanel> Panels(
        ConvNet net, OcclusionMaps maps, RgbImage photo, ReadOnlySpan<float> covered, ReadOnlySpan<float> projection)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        var (grid, preprocessing) = (maps.Grid, net.RequirePreprocessing());
        var planes = net.ChannelsFirst(projection, grid.Height, grid.Width);
        var drawn = TensorPicture.Signed(planes, preprocessing.ChannelCount, grid.Height, grid.Width, preprocessing.Channels, TensorPicture.ClearRange(planes));
        var colours = LabelColours.Of(maps.Labels);
        var others = colours[^1].Label is null ? colours[^1].Colour : default;
        var byLabel = colours.Where(static c => c.Label is not null).ToDictionary(static c => c.Label!.Value, static c => c.Colour);
        var name = NameOf(net, maps.Class);
        var (scale, width) = (Factor(grid.Width, grid.Height), grid.Width * Factor(grid.Width, grid.Height));
        RgbImage Sized(RgbImage picture) => picture.Enlarge(scale);
        return
        [
            new("image", "(a) image, occluder", Sized(Covered(photo, preprocessing.ToImage(covered), grid, maps.MostHarmful())), null),
            new("activity", $"(b) {maps.Layer} map {maps.Channel}: sum", Sized(PlacePicture.Heat(grid, maps.Activity)),
                PlacePicture.HeatScale(width, maps.Activity, s_ink)),
            new("projection", $"(c) map {maps.Channel} projected", Sized(drawn), null),
            new("probability", $"(d) p({name})", Sized(PlacePicture.Heat(grid, maps.Probability)), PlacePicture.HeatScale(width, maps.Probability, s_ink)),
            new("label", "(e) most probable class", Sized(PlacePicture.Paint(grid, p => byLabel.GetValueOrDefault(maps.Labels[p], others))),
                Legend(net, colours, width)),
        ];
    }

    /// <summary>Sets the panels side by side, each under its title and above its legend, and the map's strongest projections from other images below.</summary>
    /// <param name="net">The network.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="others">The map's strongest activations elsewhere; null for none.</param>
    public static RgbImage Sheet(ConvNet net, IReadOnlyList<OcclusionPanel> panels, FeatureMapPictures? others)
    {
        ArgumentNullException.ThrowIfNull(panels);
        var width = panels[0].Picture.Width;
        var letter = panels.All(p => Lettering.Write(p.Title, s_ink, Rgb.White, Letter).Width <= width) ? Letter : 1;
        var columns = panels.Select(p => new PictureStack(width).Below(
            [Lettering.Write(p.Title, s_ink, Rgb.White, letter), p.Picture,
                .. p.Legend is null ? Array.Empty<RgbImage>() : [p.Legend]])).ToArray();
        var height = columns.Max(static c => c.Height);
        var row = new ImageSheet { Columns = panels.Count, Gap = Gap, Margin = Gap }
            .Compose([.. columns.Select(c => (RgbImage?)c.OnGround(width, height, 0, 0, Rgb.White))]);
        if (others is not { Pictures.Count: > 0 }) return row;
        var title = Lettering.Write("(c) the strongest projections and patches of the map in other images", s_ink, Rgb.White, Letter);
        var sheet = FigureSheet.Of(net, [others]);
        return new PictureStack(Math.Max(row.Width, Math.Max(sheet.Width, title.Width + Gap)))
            .Below(row, title.OnGround(title.Width + Gap, title.Height, Gap, 0, Rgb.White), sheet);
    }

    /// <summary>Gets what a class is called: its name up to the first comma, or its number.</summary>
    /// <param name="net">The network.</param>
    /// <param name="class">The class.</param>
    public static string NameOf(ConvNet net, int @class)
    {
        ArgumentNullException.ThrowIfNull(net);
        return net.Classes is { } names && @class < names.Count ? names[@class].Split(',')[0] : $"class {@class}";
    }

    private static int Factor(int width, int height) => (LeastPanel + Math.Max(width, height) - 1) / Math.Max(width, height);

    private static RgbImage Covered(RgbImage photo, RgbImage fill, OccluderGrid grid, int place)
    {
        var pixels = photo.Pixels.ToArray();
        var (top, left) = (grid.Tops[place / grid.Lefts.Count], grid.Lefts[place % grid.Lefts.Count]);
        for (var y = 0; y < grid.OccluderHeight; y++)
        {
            for (var x = 0; x < grid.OccluderWidth; x++)
            {
                var isEdge = y == 0 || x == 0 || y == grid.OccluderHeight - 1 || x == grid.OccluderWidth - 1;
                var colour = isEdge ? s_outline : fill[left + x, top + y];
                var at = 3 * (((top + y) * grid.Width) + left + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (colour.R, colour.G, colour.B);
            }
        }

        return new RgbImage(photo.Width, photo.Height, pixels);
    }

    private static RgbImage Legend(ConvNet net, IReadOnlyList<LabelColour> colours, int width)
    {
        const int Square = 8;
        return new PictureStack(width).Below([.. colours.Select(c =>
        {
            var text = Lettering.Write(c.Label is { } label ? NameOf(net, label) : "others", s_ink, Rgb.White);
            return new PictureStack(width).Row(RgbImage.Filled(Square, Square, c.Colour), text);
        })]);
    }
}
