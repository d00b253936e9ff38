namespace MlNetConvVis.Bench;

/// <summary>What a user asked for.</summary>
/// <param name="Threads">Threads of each side.</param>
/// <param name="Quick">Whether to leave out the large network.</param>
/// <param name="Runs">Pairs of runs for each row; null for the default.</param>
/// <param name="Markdown">A file for the table; null for none.</param>
/// <param name="Only">Part of the names of the cases to run; null for all.</param>
/// <param name="Model">An ONNX file to time <c>score</c> and ML.NET with; null for none.</param>
/// <param name="Photos">A folder of photos to time <c>score</c> with; null for noise.</param>
/// <param name="Count">How many photos it goes through; null for the usual number.</param>
internal sealed record BenchOptions(
    int Threads, bool Quick, int? Runs, string? Markdown, string? Only, string? Model = null, string? Photos = null, int? Count = null);

/// <summary>All cases, one after another.</summary>
internal static class BenchRun
{
    private const int ThoroughRuns = 15;
    private const int QuickRuns = 7;

    /// <summary>Runs the cases and prints the table.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="output">Receives the table.</param>
    /// <param name="progress">Receives a line a case.</param>
    public static void Run(BenchOptions options, TextWriter output, TextWriter progress)
    {
        var shared = Directory.CreateTempSubdirectory("convvis-bench-").FullName;
        try
        {
            var before = Machine.Load;
            using var peer = Peer.Start(shared, options.Threads, out var reason);
            var rows = new List<Row>();
            foreach (var entry in new Suite(options, shared).Cases(peer))
            {
                progress.WriteLine(entry.Case.Name);
                rows.Add(Comparison.Run(entry.Case, entry.Open, entry.Rival ?? peer, options.Runs ?? (options.Quick ? QuickRuns : ThoroughRuns)));
            }

            string[] report =
            [
                $"{Machine.Processor}; {options.Threads} threads each; load average {before} before, {Machine.Load} after.  ",
                $"Ours: {Machine.Software}.  ",
                peer is null ? $"No peer, so our own times only: {reason}" : $"Peer: {peer.Versions}.",
                string.Empty,
                .. ResultTable.Lines(rows),
                string.Empty,
                $"Most memory that our side held: {Machine.PeakMegabytes} MB{(peer is null ? "" : $", the peer: {peer.PeakMegabytes} MB")}.",
            ];
            foreach (var line in report) output.WriteLine(line);
            if (options.Markdown is { } file) File.WriteAllText(file, string.Join('\n', report) + "\n");
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }
}
