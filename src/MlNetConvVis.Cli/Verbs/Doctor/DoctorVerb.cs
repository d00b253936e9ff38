using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Verbs.Doctor;

/// <summary><c>doctor</c>: what this machine has and what it lacks.</summary>
internal sealed class DoctorVerb : Verb
{
    public DoctorVerb()
        : base("doctor", "show what this machine has: runtime, devices, image codecs, adapters, and why not")
    {
        Takes();
    }

    public override string Details =>
        "Everything is tried, not only looked up: a small network is run, a picture is written and read. Answers with exit code 0 when all " +
        "that is needed works, 1 otherwise.";

    public override IReadOnlyList<string> Examples => ["", "--json"];

    public override int Run(Arguments given, Terminal terminal)
    {
        _ = Common.Session(given, terminal);
        var report = Checkup.Run();
        if (given.Flag(Common.Json)) terminal.Json(report);
        else Print(report, terminal);
        return report.Ok ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(DoctorReport report, Terminal terminal)
    {
        var output = terminal.Output;
        terminal.Line($"convvis {report.Version}, {report.DotNet}");
        terminal.Line($"{report.System}, {report.Processors} processors, {report.MemoryGiB:0.0} GiB memory");
        output.WriteLine();
        foreach (var part in report.Parts.GroupBy(static p => p.Kind))
        {
            output.WriteLine(part.Key);
            var width = part.Max(static p => p.Name.Length);
            foreach (var found in part)
                output.WriteLine($"  {(found.Ok ? "yes" : found.Needed ? "NO " : "no ")}  {found.Name.PadRight(width)}  {found.Details}");
        }

        output.WriteLine();
        var missing = report.Parts.Where(static p => p.Needed && !p.Ok).Select(static p => $"{p.Name} ({p.Details})");
        output.WriteLine(report.Ok ? "Everything that is needed works." : $"Missing: {string.Join("; ", missing)}.");
    }
}

/// <summary>What <c>doctor --json</c> says.</summary>
internal sealed record DoctorReport(
    bool Ok,
    string Version,
    string DotNet,
    string System,
    int Processors,
    double MemoryGiB,
    bool? NvidiaDevice,
    string? NvidiaEvidence,
    IReadOnlyList<DoctorPart> Parts);

/// <summary>One thing that was looked for.</summary>
/// <param name="Kind">The group it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Ok">Whether it is there and works.</param>
/// <param name="Needed">Whether convvis cannot do without it.</param>
/// <param name="Details">Version and origin, or why not.</param>
internal sealed record DoctorPart(string Kind, string Name, bool Ok, bool Needed, string Details);
