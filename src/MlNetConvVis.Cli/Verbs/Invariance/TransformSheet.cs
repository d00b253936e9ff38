using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Invariance;

/// <summary>Draws some of the transformed photos: a row a photo and transform, five amounts from first to last.</summary>
internal static class TransformSheet
{
    private const int Side = 112;
    private const int Columns = 5;
    private static readonly Rgb s_ink = new(68, 68, 68);

    public static RgbImage Of(IReadOnlyList<RgbImage> photos, IReadOnlyList<PhotoTransform> transforms, Rgb fill)
    {
        var tiles = new List<RgbImage?>();
        foreach (var kind in transforms.GroupBy(static t => t.Kind))
        {
            PhotoTransform[] amounts = [.. kind];
            foreach (var photo in photos)
            {
                tiles.AddRange(Enumerable.Range(0, Columns).Select(c => amounts[c * (amounts.Length - 1) / (Columns - 1)])
                    .Select(t => (RgbImage?)Small(t.Apply(photo, fill)).Labelled(Label(t), s_ink, Rgb.White)));
            }
        }

        return new ImageSheet { Columns = Columns, Gap = 4, Margin = 8 }.Compose(tiles);
    }

    private static RgbImage Small(RgbImage picture)
    {
        var longer = Math.Max(picture.Width, picture.Height);
        return longer > Side ? picture.Resize(Math.Max(1, picture.Width * Side / longer), Math.Max(1, picture.Height * Side / longer)) : picture.EnlargeTo(Side);
    }

    private static string Label(PhotoTransform t) => t.Kind switch
    {
        TransformKind.Translation => string.Create(CultureInfo.InvariantCulture, $"{t.Amount:+0.##;-0.##;0} px"),
        TransformKind.Scale => string.Create(CultureInfo.InvariantCulture, $"x {t.Amount:0.##}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{t.Amount:0.##} deg"),
    };
}
