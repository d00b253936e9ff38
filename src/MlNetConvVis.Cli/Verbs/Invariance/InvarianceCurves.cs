using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Invariance;

/// <summary>Draws the curves of figure 5 as one picture: a row a transform; distances of each layer, raw and normalised, and the probability. Each photo has a
/// colour (as long as there are few), the mean is black.</summary>
internal static class InvarianceCurves
{
    /// <summary>Of how many photos at most each has a curve of its own.</summary>
    public const int MostPhotos = 7;

    private const int Width = 260;
    private const int Height = 160;
    private const int Fine = 3;      // drawn so many times larger, and made smaller: smooth lines
    private static readonly Rgb s_ink = new(68, 68, 68);
    private static readonly Rgb s_mean = new(0, 0, 0);
    private static readonly Rgb[] s_photos =
        [new(0, 114, 178), new(230, 159, 0), new(0, 158, 115), new(213, 94, 0), new(204, 121, 167), new(86, 180, 233), new(160, 140, 20)];

    public static string Axis(TransformKind kind) => kind switch
    {
        TransformKind.Translation => "pixels down",
        TransformKind.Scale => "factor",
        _ => "degrees counter-clockwise",
    };

    public static string NameOf(InvariantPhoto photo) => Path.GetFileNameWithoutExtension(photo.File);

    /// <param name="found">What was found.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="photos">The photos' names.</param>
    public static RgbImage Sheet(InvarianceResult found, IReadOnlyList<string> layers, IReadOnlyList<string> photos)
    {
        var tiles = new List<RgbImage?>();
        foreach (var kind in found.Points.Select(static p => p.Transform.Kind).Distinct())
        {
            for (var l = 0; l < 2 * layers.Count; l++)
            {
                var (at, isRaw) = (l % layers.Count, l < layers.Count);
                tiles.Add(Plot(found, kind, $"{layers[at]}: distance{(isRaw ? "" : ", length one")}", null, p => isRaw ? p.Distances[at].Distance : p.Distances[at].Normalised));
            }

            tiles.Add(Plot(found, kind, "p(true class)", 1, static p => p.Probability));
        }

        var plots = new ImageSheet { Columns = (2 * layers.Count) + 1, Gap = 16, Margin = 12 }.Compose(tiles);
        if (!HasPhotos(found)) return plots;
        RgbImage? Entry(string name, Rgb colour, int thick) => RgbImage.Filled(Width, thick, colour).Labelled(name, s_ink, Rgb.White);
        var legend = new ImageSheet { Columns = (2 * layers.Count) + 1, Gap = 16, Margin = 12 }
            .Compose([.. photos.Select((name, i) => Entry(name, s_photos[i], 2)), Entry("mean", s_mean, 4)]);
        return Written(plots.OnGround(plots.Width, plots.Height + legend.Height, 0, 0, Rgb.White), legend, plots.Height);
    }

    private static bool HasPhotos(InvarianceResult found) => found.Classes.Count is > 1 and <= MostPhotos;

    private static RgbImage Plot(InvarianceResult found, TransformKind kind, string title, double? top, Func<InvariancePoint, double> value)
    {
        var mean = InvarianceCurve.Of(found, kind, value);
        var points = found.Points.Where(p => p.Transform.Kind == kind).ToArray();
        var high = top ?? Math.Max(points.Max(value), 1e-9);
        var canvas = new Canvas(Width * Fine, Height * Fine, (mean.Amounts[0], mean.Amounts[^1]), high);
        canvas.Frame(s_ink, Fine);
        if (HasPhotos(found))
        {
            foreach (var photo in points.GroupBy(static p => p.Photo))
                canvas.Curve([.. photo.OrderBy(static p => p.Transform.Amount).Select(p => (p.Transform.Amount, value(p)))], s_photos[photo.Key], Fine);
        }

        canvas.Curve([.. mean.Amounts.Select((a, i) => (a, mean.Means[i]))], s_mean, 2 * Fine);
        var drawn = canvas.ToImage().Resize(Width, Height);
        var ends = Number(mean.Amounts[0]) + "  to  " + Number(mean.Amounts[^1]) + " " + Axis(kind);
        var below = Lettering.Write($"{ends}, top {Number(high)}", s_ink, Rgb.White);
        var paper = drawn.OnGround(Width, Height + 12, 0, 0, Rgb.White);
        return Written(paper, below.Width > Width ? Lettering.Write(ends, s_ink, Rgb.White) : below, Height + 3).Labelled(title, s_ink, Rgb.White);
    }

    private static RgbImage Written(RgbImage paper, RgbImage text, int top)
    {
        var pixels = paper.Pixels.ToArray();
        for (var y = 0; y < Math.Min(text.Height, paper.Height - top); y++)
            text.Pixels.Slice(3 * y * text.Width, 3 * Math.Min(text.Width, paper.Width)).CopyTo(pixels.AsSpan(3 * (top + y) * paper.Width));
        return new RgbImage(paper.Width, paper.Height, pixels);
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) < 10 ? "0.##" : "0.#", CultureInfo.InvariantCulture);

    /// <summary>A white plane with coordinates: amounts from left to right, values from 0 at the bottom to the highest.</summary>
    private sealed class Canvas(int width, int height, (double From, double To) amounts, double high)
    {
        private readonly byte[] _pixels = RgbImage.Filled(width, height, Rgb.White).Pixels.ToArray();

        public RgbImage ToImage() => new(width, height, _pixels);

        public void Frame(Rgb ink, int thick)
        {
            for (var x = 0; x < width; x++) Dot(x, height - 1 - (thick / 2), thick, ink);
            for (var y = 0; y < height; y++) Dot(thick / 2, y, thick, ink);
        }

        public void Curve(IReadOnlyList<(double Amount, double Value)> points, Rgb ink, int thick)
        {
            for (var i = 0; i + 1 < points.Count; i++)
            {
                var ((x, y), (toX, toY)) = (Place(points[i]), Place(points[i + 1]));
                var steps = (int)Math.Ceiling(Math.Max(1, Math.Max(Math.Abs(toX - x), Math.Abs(toY - y))));
                for (var s = 0; s <= steps; s++) Dot((int)Math.Round(x + ((toX - x) * s / steps)), (int)Math.Round(y + ((toY - y) * s / steps)), thick, ink);
            }

            if (points.Count == 1) Dot((int)Place(points[0]).X, (int)Place(points[0]).Y, 2 * thick, ink);
        }

        private (double X, double Y) Place((double Amount, double Value) point)
        {
            var range = amounts.To - amounts.From;
            return ((range > 0 ? (point.Amount - amounts.From) / range : 0.5) * (width - 1), (height - 1) * (1 - Math.Clamp(point.Value / high, 0, 1)));
        }

        private void Dot(int x, int y, int thick, Rgb ink)
        {
            for (var row = Math.Max(0, y - (thick / 2)); row <= Math.Min(height - 1, y + (thick / 2)); row++)
            {
                for (var column = Math.Max(0, x - (thick / 2)); column <= Math.Min(width - 1, x + (thick / 2)); column++)
                {
                    var at = 3 * ((row * width) + column);
                    (_pixels[at], _pixels[at + 1], _pixels[at + 2]) = (ink.R, ink.G, ink.B);
                }
            }
        }
    }
}
