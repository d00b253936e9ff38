using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Sets pictures of feature maps as figure 2 of Zeiler and Fergus (2013) does, each map under its number.</summary>
public static class FigureSheet
{
    private const int LetterSize = 2;
    private static readonly Rgb s_ink = new(68, 68, 68);

    /// <summary>Sets the projections of each map as a square, and the patches as a square beside it.</summary>
    /// <param name="maps">The maps of one layer, at least one with pictures.</param>
    /// <param name="columns">How many maps stand side by side.</param>
    /// <param name="tile">The wished side of one picture in pixels; pictures are enlarged by whole numbers up to it.</param>
    /// <returns>The sheet.</returns>
    /// <exception cref="ArgumentException">No map has a picture.</exception>
    public static RgbImage Of(IReadOnlyList<FeatureMapPictures> maps, int columns = 2, int tile = 64)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return new ImageSheet { Columns = columns, Gap = 16, Margin = 12 }.Compose(
            [.. maps.Where(static m => m.Pictures.Count > 0).Select(m => (RgbImage?)Map(m, tile))]);
    }

    private static RgbImage Map(FeatureMapPictures map, int tile)
    {
        var pair = new ImageSheet { Columns = 2, Gap = 8 }.Compose(
            [Square([.. map.Pictures.Select(static p => p.Projection)], tile), Square([.. map.Pictures.Select(static p => p.Patch)], tile)]);
        return pair.Labelled(FormattableString.Invariant($"{map.Layer} map {map.Channel}"), s_ink, Rgb.White, Fitting(map, pair.Width));
    }

    private static int Fitting(FeatureMapPictures map, int width) =>
        Lettering.Write(FormattableString.Invariant($"{map.Layer} map {map.Channel}"), s_ink, Rgb.White, LetterSize).Width <= width ? LetterSize : 1;

    private static RgbImage Square(IReadOnlyList<RgbImage> pictures, int tile)
    {
        var side = (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        var factor = Math.Max(1, tile / pictures.Max(static p => Math.Max(p.Width, p.Height)));
        return new ImageSheet { Columns = side, Gap = 2 }.Compose([.. pictures.Select(p => (RgbImage?)p.Enlarge(factor))]);
    }
}
