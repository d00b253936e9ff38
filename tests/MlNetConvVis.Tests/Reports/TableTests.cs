using System.Xml.Linq;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Tests.Reports;

public class TableTests
{
    [Fact]
    public void Cells_carry_text_value_and_alignment()
    {
        var page = ReportPage.Read(new ReportTable
        {
            Caption = "c", Columns = [new("name"), new("accuracy", IsNumeric: true)], Rows = [["first", TableCell.Percent(0.4714, 0.0121)], ["second", "none"]],
        });
        var cells = page.Descendants("tbody").Descendants("td").ToArray();
        Assert.Equal("47.1 ± 1.2 %", cells[0].Value);
        Assert.Equal(("0.4714", "n"), (cells[0].Attribute("data-v")!.Value, cells[0].Attribute("class")!.Value));
        Assert.Null(cells[1].Attribute("data-v"));
        Assert.Equal(["first", "second"], page.Descendants("tbody").Descendants("th").Select(cell => cell.Value));
        Assert.All(page.Descendants("th"), heading => Assert.NotNull(heading.Attribute("scope")));
    }

    [Fact]
    public void Rows_of_the_wrong_length_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            ReportPage.Read(new ReportTable { Caption = "results", Columns = [new("a"), new("b")], Rows = [["1", "2"], ["3"]] }));
        Assert.Contains("Row 1 of the table 'results' has 1 cells, but there are 2 columns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Confusion_is_shared_out_by_true_class()
    {
        var page = ReportPage.Read(new ConfusionMatrix { Caption = "c", ClassNames = ["cat", "dog", "owl"], Counts = [[3, 1, 0], [0, 10, 0], [0, 0, 0]] });
        var cells = page.Descendants("td").ToArray();
        Assert.Equal(["75", "25", "", "", "100", "", "", "", ""], cells.Select(cell => cell.Value));
        Assert.Equal("--v:75%", cells[0].Attribute("style")!.Value);
        Assert.Equal("cat: 1 of 4 taken for dog (25 %)", cells[1].Attribute("data-tip")!.Value);
        Assert.Equal("dog: 10 of 10 recognised (100 %)", cells[4].Attribute("data-tip")!.Value);
        Assert.Equal("owl: 0 of 0 recognised (0 %)", cells[8].Attribute("data-tip")!.Value);    // never tested: no division by zero
    }

    [Theory]
    [InlineData(12, "large")]
    [InlineData(24, "medium")]
    [InlineData(40, "small")]
    [InlineData(102, "tiny")]
    public void Confusion_of_many_classes_has_smaller_cells(int classes, string size)
    {
        var counts = Enumerable.Range(0, classes).Select(row => Enumerable.Range(0, classes).Select(column => row == column ? 1 : 0).ToArray());
        var page = ReportPage.Read(new ConfusionMatrix
        { Caption = "c", ClassNames = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], Counts = [.. counts] });
        Assert.Single(page.WithClass(size));
        Assert.Equal(classes, page.WithClass("d").Count());
    }

    [Fact]
    public void Confusion_that_is_not_square_is_refused() => Assert.Throws<ArgumentException>(() =>
        ReportPage.Read(new ConfusionMatrix { Caption = "c", ClassNames = ["a", "b"], Counts = [[1, 2], [3]] }));
}
