using System.Globalization;
using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports.Pictures;

/// <summary>Writes pictures and their frames.</summary>
internal static class PictureView
{
    private const int LargestCoarse = 48;    // pixels

    public static void Write(HtmlWriter html, PictureGrid grid)
    {
        using (html.Open("figure", ("class", "pictures")))
        {
            html.Element("figcaption", grid.Caption);
            using (html.Open("ul", ("style", "--tile:" + grid.TileWidth.ToString(CultureInfo.InvariantCulture) + "px")))
            {
                foreach (var picture in grid.Pictures)
                {
                    using (html.Open("li"))
                    {
                        Picture(html, picture);
                        if (picture.Caption is { } caption) html.Element("span", caption);
                    }
                }
            }
        }
    }

    public static void Write(HtmlWriter html, FeatureMapGallery gallery)
    {
        using (html.Open("figure", ("class", "maps")))
        {
            html.Element("figcaption", gallery.Caption);
            using (html.Open("div", ("class", "cards")))
            {
                foreach (var map in gallery.Maps) Map(html, map);
            }
        }
    }

    private static void Map(HtmlWriter html, FeatureMapPictures map)
    {
        if (map.Projections.Count != map.Patches.Count)
        {
            throw new ArgumentException(
                $"'{map.Heading}' has {map.Projections.Count} projections and {map.Patches.Count} patches; each projection wants its patch.");
        }
        html.NewLine();
        using (html.Open("article"))
        {
            using (html.Open("h3"))
            {
                html.Text(map.Heading);
                if (map.Note is { } note) html.Element("small", note);
            }
            using (html.Open("div", ("class", "pair")))
            {
                Nine(html, map.Projections, "projections");
                Nine(html, map.Patches, "image patches");
            }
        }
    }

    private static void Nine(HtmlWriter html, IReadOnlyList<ReportPicture> pictures, string label)
    {
        using (html.Open("div", ("class", "nine")))
        {
            using (html.Open("div"))
            {
                foreach (var picture in pictures) Picture(html, picture);
            }
            html.Element("span", label);
        }
    }

    // hard pixels suit what is enlarged several times; what is shown at about its size or smaller would lose lines
    private static void Picture(HtmlWriter html, ReportPicture picture) => html.Void("img",
        ("class", picture.Width <= LargestCoarse ? "coarse" : null),
        ("src", "data:image/png;base64," + Convert.ToBase64String(picture.Png.Span)),
        ("alt", picture.Alternative),
        ("width", picture.Width.ToString(CultureInfo.InvariantCulture)),
        ("height", picture.Height.ToString(CultureInfo.InvariantCulture)),
        ("loading", "lazy"),
        ("decoding", "async"),
        ("data-tip", picture.Caption));
}
