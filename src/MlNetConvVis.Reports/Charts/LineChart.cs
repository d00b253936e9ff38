using MlNetConvVis.Reports.Charts;
using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports;

/// <summary>Lines through points, with error bars where given, values on hover and as a table below.</summary>
public sealed record LineChart : ReportBlock
{
    /// <summary>Gets what the chart shows.</summary>
    public required string Caption { get; init; }

    /// <summary>Gets the horizontal axis.</summary>
    public required ChartAxis X { get; init; }

    /// <summary>Gets the vertical axis.</summary>
    public required ChartAxis Y { get; init; }

    /// <summary>Gets the lines, in the legend's order.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    internal override void Write(HtmlWriter html) => LineChartView.Write(html, this);
}

/// <summary>An axis of a chart.</summary>
/// <param name="Label">What is drawn along it, with its unit.</param>
public sealed record ChartAxis(string Label)
{
    /// <summary>Gets a value indicating whether values are shares to be shown as percent: 0.5 is 50 %.</summary>
    public bool IsPercent { get; init; }

    /// <summary>Gets where the axis starts; null takes it from the data.</summary>
    public double? From { get; init; }

    /// <summary>Gets where the axis ends; null takes it from the data.</summary>
    public double? To { get; init; }

    /// <summary>Gets the places to mark; empty marks round numbers.</summary>
    public IReadOnlyList<double> Ticks { get; init; } = [];
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points, drawn in the order given.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A point of a line.</summary>
/// <param name="X">Along the horizontal axis.</param>
/// <param name="Y">Along the vertical axis.</param>
/// <param name="Error">How far the error bar reaches up and down, or null for none.</param>
public readonly record struct ChartPoint(double X, double Y, double? Error = null);
