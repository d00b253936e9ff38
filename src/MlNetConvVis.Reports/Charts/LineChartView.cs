using System.Globalization;
using MlNetConvVis.Reports.Page;
using MlNetConvVis.Reports.Tables;

namespace MlNetConvVis.Reports.Charts;

/// <summary>Draws a line chart as SVG.</summary>
/// <remarks>Drawing units are those of a 680 x 400 sheet; colours, line widths and letter sizes are the style sheet's.</remarks>
internal static class LineChartView
{
    private const double Width = 680;
    private const double Height = 400;
    private const double Left = 66;
    private const double Inset = 14;      // keeps the first and last point off the edge
    private const double Right = 660;
    private const double Top = 42;
    private const double Bottom = 338;

    public static void Write(HtmlWriter html, LineChart chart)
    {
        Check(chart);
        var points = chart.Series.SelectMany(series => series.Points).ToArray();
        var x = new ChartScale(chart.X, points.Select(point => point.X), Left + Inset, Right - Inset, tickCount: 6, rounded: false);
        var heights = points.SelectMany(point => new[] { point.Y - (point.Error ?? 0), point.Y + (point.Error ?? 0) });
        var y = new ChartScale(chart.Y, heights, Bottom, Top, tickCount: 5, rounded: true);
        using (html.Open("figure", ("class", "chart")))
        {
            html.Element("figcaption", chart.Caption);
            Legend(html, chart);
            using (html.Open("svg", ("viewBox", $"0 0 {Width} {Height}"), ("role", "group"), ("aria-label", Summary(chart))))
            {
                Axes(html, chart, x, y);
                for (var i = 0; i < chart.Series.Count; i++) ErrorBars(html, chart.Series[i], i, x, y);    // below all lines and markers
                for (var i = 0; i < chart.Series.Count; i++) Series(html, chart.Series[i], i, x, y);
            }
            Values(html, chart, x, y);
        }
    }

    private static void Legend(HtmlWriter html, LineChart chart)
    {
        using (html.Open("ul", ("class", "legend")))
        {
            for (var i = 0; i < chart.Series.Count; i++)
            {
                using (html.Open("li"))
                {
                    using (html.Open("svg", ("viewBox", "0 0 30 12"), ("class", ClassOf(i)), ("aria-hidden", "true")))
                    {
                        html.Shape("path", ("class", "line"), ("d", "M1 6H29"));
                        Marker(html, i, 15, 6);
                    }
                    html.Text(chart.Series[i].Name);
                }
            }
        }
    }

    private static void Axes(HtmlWriter html, LineChart chart, ChartScale x, ChartScale y)
    {
        using (html.Open("g", ("class", "axes"), ("aria-hidden", "true")))
        {
            foreach (var tick in y.Ticks)
            {
                html.Shape("path", ("class", "grid"), ("d", $"M{Left} {N(y.Place(tick))}H{Right}"));
                html.Element("text", y.TickLabel(tick), ("x", N(Left - 10)), ("y", N(y.Place(tick))), ("class", "y"));
            }
            foreach (var tick in x.Ticks)
            {
                html.Shape("path", ("class", "tick"), ("d", $"M{N(x.Place(tick))} {Bottom}v6"));
                html.Element("text", x.TickLabel(tick), ("x", N(x.Place(tick))), ("y", N(Bottom + 12)), ("class", "x"));
            }
            html.Shape("path", ("class", "base"), ("d", $"M{Left} {Bottom}H{Right}"));
            html.Element("text", chart.X.Label, ("x", N((Left + Right) / 2)), ("y", N(Height - 22)), ("class", "x label"));
            html.Element("text", chart.Y.Label, ("x", "0"), ("y", "4"), ("class", "label above"));
        }
    }

    private static void Series(HtmlWriter html, ChartSeries series, int index, ChartScale x, ChartScale y)
    {
        using (html.Open("g", ("class", ClassOf(index))))
        {
            var path = string.Join('L', series.Points.Select(point => $"{N(x.Place(point.X))} {N(y.Place(point.Y))}"));
            if (series.Points.Count > 1) html.Shape("path", ("class", "line"), ("d", "M" + path));
            foreach (var point in series.Points)
            {
                var (across, down) = (x.Place(point.X), y.Place(point.Y));
                // a line of hundreds of points is a curve: its points answer to the pointer but are not drawn
                if (series.Points.Count <= 40) Marker(html, index, across, down);
                var tip = $"{series.Name}: {PointText(point, x, y)}";
                html.Shape("circle", ("class", "hit"), ("cx", N(across)), ("cy", N(down)), ("r", "11"),
                    ("tabindex", series.Points.Count <= 40 ? "0" : null), ("role", "img"), ("aria-label", tip), ("data-tip", tip));
            }
        }
    }

    private static void ErrorBars(HtmlWriter html, ChartSeries series, int index, ChartScale x, ChartScale y)
    {
        using (html.Open("g", ("class", ClassOf(index))))
        {
            foreach (var point in series.Points)
            {
                if (point.Error is not (> 0 and { } error)) continue;
                var (across, low, high) = (x.Place(point.X), y.Place(point.Y - error), y.Place(point.Y + error));
                html.Shape("path", ("class", "error"),
                    ("d", $"M{N(across)} {N(low)}V{N(high)}M{N(across - 5)} {N(low)}h10M{N(across - 5)} {N(high)}h10"));
            }
        }
    }

    /// <summary>Circle, square, diamond, triangle in turn: lines can be told apart without colour.</summary>
    private static void Marker(HtmlWriter html, int index, double x, double y)
    {
        var outline = (index % 4) switch
        {
            0 => $"M{N(x - 4.5)} {N(y)}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
            1 => $"M{N(x - 4)} {N(y - 4)}h8v8h-8Z",
            2 => $"M{N(x)} {N(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5Z",
            _ => $"M{N(x)} {N(y - 5)}l5.2 9h-10.4Z",
        };
        html.Shape("path", ("class", "marker"), ("d", outline));
    }

    /// <summary>The same values as a table, for readers and for copying.</summary>
    private static void Values(HtmlWriter html, LineChart chart, ChartScale x, ChartScale y)
    {
        var table = new ReportTable
        {
            Caption = chart.Caption,
            Columns = [new("series"), new(chart.X.Label, IsNumeric: true), new(chart.Y.Label, IsNumeric: true)],
            Rows = [.. chart.Series.SelectMany(series => series.Points.Select(point => new TableCell[]
                { series.Name, new(x.ValueLabel(point.X), point.X), new(HeightText(point, y), point.Y) }))],
        };
        using (html.Open("details"))
        {
            html.Element("summary", "Values");
            TableView.Write(html, table);
        }
    }

    private static string PointText(ChartPoint point, ChartScale x, ChartScale y) => $"{HeightText(point, y)} at {x.ValueLabel(point.X)}";

    private static string HeightText(ChartPoint point, ChartScale y) =>
        point.Error is { } error ? $"{y.ValueLabel(point.Y)} ± {y.ValueLabel(error)}" : y.ValueLabel(point.Y);

    private static string Summary(LineChart chart) =>
        $"Line chart: {chart.Y.Label} by {chart.X.Label} for {string.Join(", ", chart.Series.Select(series => series.Name))}.";

    private static string ClassOf(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"series c{index % 6}{(index >= 6 ? " dashed" : "")}");

    private static string N(double value) => HtmlWriter.Number(value);

    private static void Check(LineChart chart)
    {
        foreach (var series in chart.Series)
        {
            for (var i = 0; i < series.Points.Count; i++)
            {
                var point = series.Points[i];
                var name = $"Point {i} of the series '{series.Name}' in the chart '{chart.Caption}': ";
                ChartScale.ThrowIfNotDrawable(point.X, name + "x");
                ChartScale.ThrowIfNotDrawable(point.Y, name + "y");
                ChartScale.ThrowIfNotDrawable(point.Error ?? 0, name + "the error");
                if (point.Error < 0) throw new ArgumentException($"{name}the error is {point.Error}; it must not be below 0.");
            }
        }
        foreach (var axis in new[] { chart.X, chart.Y })
        {
            foreach (var value in axis.Ticks.Append(axis.From ?? 0).Append(axis.To ?? 0))
                ChartScale.ThrowIfNotDrawable(value, $"The axis '{axis.Label}' of the chart '{chart.Caption}': a tick or end");
        }
    }
}
