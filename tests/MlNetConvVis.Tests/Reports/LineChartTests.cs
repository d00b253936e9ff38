using System.Globalization;
using System.Xml.Linq;
using MlNetConvVis.Reports;
using MlNetConvVis.Reports.Charts;

namespace MlNetConvVis.Tests.Reports;

public class LineChartTests
{
    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0.31, 0.47, "0.3 0.35 0.4 0.45 0.5")]
    [InlineData(3, 997, "0 200 400 600 800 1000")]
    [InlineData(-2.5, 7, "−4 −2 0 2 4 6 8")]
    [InlineData(0.00012, 0.00031, "0.0001 0.00015 0.0002 0.00025 0.0003 0.00035")]
    [InlineData(2e9, 8e9, "2e9 4e9 6e9 8e9")]
    [InlineData(5, 5, "4.4 4.6 4.8 5 5.2 5.4 5.6")]
    [InlineData(0, 0, "−1 −0.5 0 0.5 1")]
    public void Ticks_are_round_numbers_round_the_data(double from, double to, string expected)
    {
        var scale = new ChartScale(new ChartAxis("a"), [from, to], 0, 100, tickCount: 5, rounded: true);
        Assert.Equal(expected, string.Join(' ', scale.Ticks.Select(scale.TickLabel).Select(Trimmed)));
        Assert.True(scale.From <= from && scale.To >= to && scale.To > scale.From);
        Assert.Equal((0, 100), (scale.Place(scale.From), scale.Place(scale.To)));
    }

    [Fact]
    public void Shares_are_told_in_percent()
    {
        var scale = new ChartScale(new ChartAxis("a") { IsPercent = true }, [0.2, 0.5], 0, 100, tickCount: 5, rounded: true);
        Assert.Equal(["20 %", "30 %", "40 %", "50 %"], scale.Ticks.Select(scale.TickLabel).Where((_, i) => i % 2 == 0 || scale.Ticks.Count < 5));
        Assert.Equal("47.1 %", scale.ValueLabel(0.4712));
    }

    [Fact]
    public void Given_ticks_and_ends_are_kept()
    {
        var scale = new ChartScale(new ChartAxis("a") { Ticks = [5, 15, 30], From = 0 }, [5, 15, 30], 0, 300, tickCount: 5, rounded: false);
        Assert.Equal([5, 15, 30], scale.Ticks);
        Assert.Equal(["5", "15", "30"], scale.Ticks.Select(scale.TickLabel));
        Assert.Equal(50, scale.Place(5));
    }

    [Fact]
    public void Points_lie_where_their_values_are()
    {
        var page = ReportPage.Read(Chart(new ChartSeries("s", [new(0, 0), new(1, 0.5), new(2, 1)])));
        var hits = page.WithClass("hit").Select(hit => (X: Number(hit, "cx"), Y: Number(hit, "cy"))).ToArray();
        Assert.Equal(hits[1].X, (hits[0].X + hits[2].X) / 2, 0.01);
        Assert.Equal(hits[1].Y, (hits[0].Y + hits[2].Y) / 2, 0.01);
        Assert.True(hits[0].X < hits[2].X && hits[0].Y > hits[2].Y);
        Assert.Equal("s: 0.5 at 1", page.WithClass("hit").ElementAt(1).Attribute("data-tip")!.Value);
        Assert.Equal(3, page.Descendants("tbody").Single().Elements("tr").Count());
    }

    [Fact]
    public void Error_bars_reach_as_far_as_the_error()
    {
        var page = ReportPage.Read(Chart(new ChartSeries("s", [new(0, 10, 2), new(1, 10)])));
        var bar = Assert.Single(page.WithClass("error")).Attribute("d")!.Value;
        var (low, high) = (Part(bar, 'M', 1), Part(bar, 'V', 0));
        var middle = Number(page.WithClass("hit").First(), "cy");
        Assert.Equal(middle, (low + high) / 2, 0.02);
        Assert.True(low > high);
        Assert.Contains("10 ± 2", page.WithClass("hit").First().Attribute("data-tip")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_differ_without_colour_and_are_named()
    {
        var page = ReportPage.Read(Chart([.. Enumerable.Range(0, 8).Select(i => new ChartSeries($"series {i}", [new(0, i), new(1, i)]))]));
        var legend = page.WithClass("legend").Single().Elements("li").ToArray();
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"series {i}"), legend.Select(item => item.Value));
        var looks = legend.Select(item => item.Element("svg")!.Attribute("class")!.Value + item.Descendants().Last().Attribute("d")!.Value);
        Assert.Equal(8, looks.Distinct().Count());
    }

    public static TheoryData<double[]> Degenerate => new(
        Array.Empty<double>(), new[] { 1.0 }, new[] { 0.0 }, new[] { 3.0, 3, 3 }, new[] { -1e-300, 0 }, new[] { 1e99, -1e99 }, new[] { 1e16, 1e16 + 2 });

    [Theory]
    [MemberData(nameof(Degenerate))]
    public void Degenerate_data_gives_a_chart_with_finite_places(double[] values)
    {
        var page = ReportPage.Read(Chart(new ChartSeries("s", [.. values.Select(value => new ChartPoint(value, value, 0))])));
        Assert.Equal(values.Length, page.WithClass("hit").Count());
        Assert.All(page.WithClass("hit"), hit => Assert.InRange(Number(hit, "cx"), 0, 680));
        Assert.All(page.WithClass("hit"), hit => Assert.InRange(Number(hit, "cy"), 0, 400));
        Assert.InRange(page.WithClass("grid").Count(), 2, 12);
        var labels = page.WithClass("axes").Single().Elements("text").Where(text => text.Attribute("class")!.Value == "y").ToArray();
        if (values is not [1e16, ..]) Assert.Equal(labels.Length, labels.Select(label => label.Value).Distinct().Count());
    }

    [Theory]
    [InlineData(double.NaN, 0, null, "x is NaN")]
    [InlineData(0, double.PositiveInfinity, null, "y is Infinity")]
    [InlineData(0, 0, double.NaN, "the error is NaN")]
    [InlineData(0, 0, -1.0, "the error is -1")]
    public void Numbers_that_have_no_place_are_refused_by_name(double x, double y, double? error, string says)
    {
        var refusal = Assert.Throws<ArgumentException>(() => ReportPage.Read(Chart(new ChartSeries("loss", [new(1, 1), new(x, y, error)]))));
        Assert.Contains("Point 1 of the series 'loss'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static LineChart Chart(params ChartSeries[] series) => new() { Caption = "c", X = new("x"), Y = new("y"), Series = series };

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    // the number that follows a letter of a path, or the one after it
    private static double Part(string path, char letter, int index) =>
        double.Parse(path[(path.IndexOf(letter, StringComparison.Ordinal) + 1)..].Split(' ', 'M', 'V', 'h')[index], CultureInfo.InvariantCulture);

    // labels of one axis have equally many decimals; expectations are easier to read without
    private static string Trimmed(string label) =>
        label.Contains('.', StringComparison.Ordinal) && !label.Contains('e', StringComparison.Ordinal) ? label.TrimEnd('0').TrimEnd('.') : label;
}
