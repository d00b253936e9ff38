using MlNetConvVis.Reports.Page;
using MlNetConvVis.Reports.Tables;

namespace MlNetConvVis.Reports;

/// <summary>A table that can be sorted by a click on a heading and copied as tab-separated text.</summary>
public sealed record ReportTable : ReportBlock
{
    /// <summary>Gets what the table shows.</summary>
    public required string Caption { get; init; }

    /// <summary>Gets the columns.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>Gets the rows, each as many cells as there are columns.</summary>
    public required IReadOnlyList<IReadOnlyList<TableCell>> Rows { get; init; }

    internal override void Write(HtmlWriter html) => TableView.Write(html, this);
}

/// <summary>A column of a table.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="IsNumeric">Whether it is aligned to the right, in figures of equal width, and sorted by value.</param>
public sealed record TableColumn(string Heading, bool IsNumeric = false);

/// <summary>A cell of a table.</summary>
/// <param name="Text">What stands there.</param>
/// <param name="SortValue">What a numeric column is sorted by; cells without come last.</param>
public sealed record TableCell(string Text, double? SortValue = null)
{
    /// <summary>Makes a cell of text.</summary>
    /// <param name="text">What stands there.</param>
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>Makes a cell of a number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">A .NET number format.</param>
    public static TableCell Number(double value, string format = "0.###") =>
        new(value.ToString(format, System.Globalization.CultureInfo.InvariantCulture), value);

    /// <summary>Makes a cell of a share: 0.4711 becomes 47.1 %.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="deviation">Its deviation, on the same scale.</param>
    public static TableCell Percent(double share, double? deviation = null)
    {
        var text = (100 * share).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
        if (deviation is { } spread) text += " ± " + (100 * spread).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
        return new TableCell(text + " %", share);
    }
}
