using System.Globalization;

namespace MlNetConvVis.Bench;

/// <summary>Rows as Markdown, aligned so that it reads well in a terminal too.</summary>
internal static class ResultTable
{
    private static readonly string[] s_head = ["work", "ours ms", "peer ms", "ratio", "of fastest", "low-high", "runs", "peer"];

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

    private static string[] Cells(Row row)
    {
        var (times, invariant) = (row.Times, CultureInfo.InvariantCulture);
        return
        [
            row.Case.Name,
            Milliseconds(times.Ours),
            times.Peer.Count == 0 ? "-" : Milliseconds(times.Peer),
            times.Ratio?.ToString("0.00", invariant) ?? "-",
            times.RatioOfFastest?.ToString("0.00", invariant) ?? "-",
            times.Spread is { } spread ? string.Create(invariant, $"{spread.Low:0.00}-{spread.High:0.00}") : "-",
            times.Ours.Count.ToString(invariant),
            row.Peer,
        ];
    }

    private static string Milliseconds(IReadOnlyList<double> seconds) => (1000 * Pairs.Median(seconds)).ToString("0.0", CultureInfo.InvariantCulture);
}
