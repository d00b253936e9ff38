using System.Globalization;

namespace MlNetConvVis.Bench;

/// <summary>Rows as Markdown, aligned so that it reads well in a terminal too.</summary>
internal static class ResultTable
{
    private const string None = "-";

    private static readonly string[] s_head = [
        "work", "ours ms", "peer ms", "ratio", "low-high", "of fastest", "ours CPU ms", "peer CPU ms", "CPU ratio", "runs", "peer"];

    /// <summary>Lays out a table.</summary>
    /// <param name="rows">The rows.</param>
    /// <returns>Its lines.</returns>
    public static IReadOnlyList<string> Lines(IReadOnlyList<Row> rows)
    {
        string[][] cells = [s_head, .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, s_head.Length).Select(c => cells.Max(line => line[c].Length)).ToArray();
        var lines = cells.Select(line => Line(line.Select((text, c) => IsText(c) ? text.PadRight(widths[c]) : text.PadLeft(widths[c])))).ToList();
        lines.Insert(1, Line(widths.Select(static (width, c) => IsText(c) ? new string('-', width) : new string('-', width - 1) + ":")));
        return lines;
    }

    private static bool IsText(int column) => column == 0 || column == s_head.Length - 1;

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string[] Cells(Row row) =>
    [
        row.Case.Name,
        Milliseconds(row.Clock.Ours), Milliseconds(row.Clock.Peer), Ratio(row.Clock.Ratio),
        row.Clock.Spread is { } spread ? $"{Ratio(spread.Low)}-{Ratio(spread.High)}" : None,
        Ratio(row.Clock.RatioOfFastest),
        Milliseconds(row.Processor.Ours), Milliseconds(row.Processor.Peer), Ratio(row.Processor.Ratio),
        row.Clock.Ours.Count.ToString(CultureInfo.InvariantCulture), row.Peer,
    ];

    private static string Milliseconds(IReadOnlyList<double> seconds) =>
        seconds.Count == 0 ? None : (1000 * Pairs.Median(seconds)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Ratio(double? ratio) => ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? None;
}
