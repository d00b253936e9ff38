using MlNetConvVis.Reports.Page;
using MlNetConvVis.Reports.Tables;

namespace MlNetConvVis.Reports;

/// <summary>How often each class was taken for each, as a heat table: a row is a true class, its cells shares of that row.</summary>
public sealed record ConfusionMatrix : ReportBlock
{
    /// <summary>Gets what the matrix shows.</summary>
    public required string Caption { get; init; }

    /// <summary>Gets the name of each class.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Gets the counts, classes x classes: how many of the row's class were taken for the column's.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Counts { get; init; }

    internal override void Write(HtmlWriter html) => ConfusionView.Write(html, this);
}
