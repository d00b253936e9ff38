using System.Globalization;
using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports.Tables;

/// <summary>Writes a confusion matrix.</summary>
internal static class ConfusionView
{
    public static void Write(HtmlWriter html, ConfusionMatrix matrix)
    {
        Check(matrix);
        var classes = matrix.ClassNames.Count;
        var size = classes <= 12 ? "large" : classes <= 24 ? "medium" : classes <= 45 ? "small" : "tiny";
        using (html.Open("figure", ("class", "confusion " + size)))
        {
            html.Element("figcaption", matrix.Caption);
            using (html.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", matrix.Caption)))
            using (html.Open("table"))
            {
                using (html.Open("thead"))
                using (html.Open("tr"))
                {
                    html.Element("th", "true class ↓   taken for →", ("scope", "col"), ("class", "corner"));
                    foreach (var name in matrix.ClassNames)
                    {
                        using (html.Open("th", ("scope", "col"))) html.Element("span", name);
                    }
                }
                using (html.Open("tbody"))
                {
                    for (var c = 0; c < classes; c++) Row(html, matrix, c, size);
                }
            }
            Scale(html);
        }
    }

    private static void Row(HtmlWriter html, ConfusionMatrix matrix, int row, string size)
    {
        var counts = matrix.Counts[row];
        var total = counts.Sum();
        using (html.Open("tr"))
        {
            html.Element("th", matrix.ClassNames[row], ("scope", "row"));
            for (var column = 0; column < counts.Count; column++)
            {
                var share = total == 0 ? 0 : (double)counts[column] / total;
                html.Element("td", Label(share, size),
                    ("class", ClassOf(share, row == column)),
                    ("style", share > 0 ? "--v:" + (100 * share).ToString("0", CultureInfo.InvariantCulture) + "%" : null),
                    ("data-tip", Tip(matrix, row, column, counts[column], total, share)));
            }
        }
    }

    private static string? ClassOf(double share, bool isRight) => (isRight, share > 0.7) switch
    {
        (true, true) => "d on",
        (true, false) => "d",
        (false, true) => "on",
        _ => null,
    };

    /// <summary>Percent without the sign where there is room: small cells name only what matters.</summary>
    private static string Label(double share, string size)
    {
        var least = size switch { "large" or "medium" => 0.005, "small" => 0.045, _ => 2 };
        return share >= least ? (100 * share).ToString("0", CultureInfo.InvariantCulture) : "";
    }

    private static string Tip(ConfusionMatrix matrix, int row, int column, int count, int total, double share)
    {
        var verdict = row == column ? "recognised" : $"taken for {matrix.ClassNames[column]}";
        return string.Create(CultureInfo.InvariantCulture, $"{matrix.ClassNames[row]}: {count} of {total} {verdict} ({100 * share:0.#} %)");
    }

    private static void Scale(HtmlWriter html)
    {
        using (html.Open("p", ("class", "scale")))
        {
            html.Element("span", "0");
            html.Shape("i", ("aria-hidden", "true"));
            html.Element("span", "100 % of the images of the true class");
        }
    }

    private static void Check(ConfusionMatrix matrix)
    {
        var classes = matrix.ClassNames.Count;
        if (matrix.Counts.Count != classes || matrix.Counts.Any(row => row.Count != classes || row.Any(count => count < 0)))
        {
            throw new ArgumentException(
                $"The confusion matrix '{matrix.Caption}' names {classes} classes; wanted are {classes} rows of {classes} counts from 0, " +
                $"but {matrix.Counts.Count} rows of {string.Join(", ", matrix.Counts.Select(row => row.Count).Distinct())} came.");
        }
    }
}
