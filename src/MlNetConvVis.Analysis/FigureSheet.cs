using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Sets pictures of feature maps as figure 2 of Zeiler and Fergus (2013) does, each map under its number.</summary>
public static class FigureSheet
{
    /// <summary>The longest side of one picture in pixels: a field of more is made smaller.</summary>
    private const int MostCell = 96;

    /// <summary>The longest side of a sheet in pixels, for which pictures are made smaller still.</summary>
    private const int MostSide = 4096;

    private const int LeastCell = 16;
    private const int LetterSize = 2;
    private const int Margin = 12;
    private const int MapGap = 16;
    private const int HalfGap = 8;
    private const int CellGap = 2;
    private const int LabelHeight = 10 * LetterSize;
    private static readonly Rgb s_ink = new(68, 68, 68);

    /// <summary>
    /// Sets the projections of each map as a square, and the patches as a square beside it. All pictures have one size: that of the layer's receptive field,
    /// enlarged by a whole number where it is small, made smaller where it is large; what the image's border cuts off is grey.
    /// </summary>
    /// <param name="net">The network that the maps belong to.</param>
    /// <param name="maps">The maps of one layer, at least one with pictures.</param>
    /// <returns>The sheet, at most 4,096 pixels wide and high unless there are more pictures than fit at 16 pixels each.</returns>
    /// <exception cref="ArgumentException">No map has a picture, or they are of several layers.</exception>
    /// <exception cref="GraphException">The network has no such layer.</exception>
    public static RgbImage Of(ConvNet net, IReadOnlyList<FeatureMapPictures> maps)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(maps);
        FeatureMapPictures[] drawn = [.. maps.Where(static m => m.Pictures.Count > 0)];
        if (drawn.Select(static m => m.Layer).Distinct().Count() != 1)
            throw new ArgumentException("A sheet shows the maps of one layer, at least one of them with a picture.", nameof(maps));
        var frame = new FieldFrame(net, drawn[0].Layer);
        var plan = SheetPlan.Of(drawn.Length, drawn.Max(static m => m.Pictures.Count), frame.Width, frame.Height);
        return new ImageSheet { Columns = plan.Columns, Gap = MapGap, Margin = Margin }.Compose([.. drawn.Select(m => (RgbImage?)Map(m, frame, plan))]);
    }

    private static RgbImage Map(FeatureMapPictures map, FieldFrame frame, SheetPlan plan)
    {
        RgbImage Half(Func<FeaturePicture, RgbImage> picture) =>
            Square([.. map.Pictures.Select(p => (RgbImage?)plan.Scaled(frame.Around(picture(p), p.Source.Unit)))], plan.Side);
        var pair = new ImageSheet { Columns = 2, Gap = HalfGap }.Compose([Half(static p => p.Projection), Half(static p => p.Patch)]);
        var label = FormattableString.Invariant($"{map.Layer} map {map.Channel}");
        var isWide = Lettering.Write(label, s_ink, Rgb.White, LetterSize).Width <= pair.Width;
        return pair.Labelled(label, s_ink, Rgb.White, isWide ? LetterSize : 1);
    }

    /// <summary>All squares of a sheet are of the same size, with empty cells where a map has fewer pictures.</summary>
    private static RgbImage Square(IReadOnlyList<RgbImage?> pictures, int side) => new ImageSheet { Columns = side, Gap = CellGap }.Compose(
        [.. pictures, .. Enumerable.Repeat((RgbImage?)null, (side * side) - pictures.Count)]);

    /// <summary>How large the pictures are, and how they stand.</summary>
    /// <param name="Columns">Maps side by side.</param>
    /// <param name="Side">Pictures side by side in a map's square.</param>
    /// <param name="Width">A picture's columns.</param>
    /// <param name="Height">Its rows.</param>
    private sealed record SheetPlan(int Columns, int Side, int Width, int Height)
    {
        public static SheetPlan Of(int maps, int pictures, int width, int height)
        {
            var side = (int)Math.Ceiling(Math.Sqrt(pictures));
            var fewest = Math.Max(Math.Min(2, maps), (int)Math.Round(Math.Sqrt(maps / 4.0)));      // a sheet twice as high as wide
            var columns = Enumerable.Range(fewest, maps - fewest + 1).MaxBy(c => Cell(maps, c, side));      // of equal ones the first
            var (cell, longer) = (Cell(maps, columns, side), Math.Max(width, height));
            if (longer <= cell) return new SheetPlan(columns, side, width * (cell / longer), height * (cell / longer));
            return new SheetPlan(columns, side, Math.Max(1, width * cell / longer), Math.Max(1, height * cell / longer));
        }

        /// <summary>The longest side of a picture that keeps the sheet within its bounds.</summary>
        private static int Cell(int maps, int columns, int side)
        {
            var rows = (maps + columns - 1) / columns;
            var across = (MostSide - (2 * Margin) - (columns * (MapGap + HalfGap))) / (2 * columns * side);
            var down = (MostSide - (2 * Margin) - (rows * (MapGap + LabelHeight))) / (rows * side);
            return Math.Clamp(Math.Min(across, down) - CellGap, LeastCell, MostCell);
        }

        public RgbImage Scaled(RgbImage picture) =>
            Width >= picture.Width ? picture.Enlarge(Width / picture.Width) : picture.Resize(Width, Height, ResampleFilter.Bilinear);
    }
}
