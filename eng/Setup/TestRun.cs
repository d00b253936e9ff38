using System.Xml.Linq;

namespace MlNetConvVis.Setup;

/// <summary>Set-up, build, format check and all tests of the solution; the last line is "N passed, N failed".</summary>
internal sealed class TestRun(Repository repository, TextWriter output)
{
    private string Results => Path.Combine(repository.Root, "artifacts", "test-results");

    /// <returns>0 when everything passed, 1 when something failed.</returns>
    public int Run(string[] arguments)
    {
        var world = new SetupRun(repository, Console.Error).Run(again: false);
        if (Dotnet("build", repository.Solution, "-c", "Release", "-v", "quiet", "--nologo") != 0)
            return Refuse("the solution does not build, so no test was run");
        new NodeForTests(repository, Console.Error).Install();
        var formatted = Dotnet("format", "whitespace", repository.Root, "--folder", "--verify-no-changes", "-v", "quiet",
            "--exclude", "artifacts", ".world", "runs") == 0;
        var counts = RunTests(arguments);
        new WorldSummary(world).WriteLeftOut(output);
        if (!formatted)
            output.WriteLine("test: the format is not that of .editorconfig; 'dotnet format' mends it");
        output.WriteLine(counts.ToString());
        return formatted && counts.Failed == 0 ? 0 : 1;
    }

    private TestCounts RunTests(string[] arguments)
    {
        if (Directory.Exists(Results))
            Directory.Delete(Results, recursive: true);
        var exitCode = Dotnet(["test", "--solution", repository.Solution, "-c", "Release", "--no-build", "--results-directory", Results, "--report-xunit-trx", .. arguments]);
        var counts = Directory.Exists(Results)
            ? Directory.EnumerateFiles(Results, "*.trx", SearchOption.AllDirectories).Select(TestCounts.Read).Aggregate(new TestCounts(0, 0, 0), static (sum, next) => sum + next)
            : new TestCounts(0, 0, 0);
        if (exitCode == 0 || counts.Failed > 0)
            return counts;
        output.WriteLine($"test: no test failed, yet 'dotnet test' ended with exit code {exitCode}: a test program crashed or ran nothing; counted as one failure");
        return counts with { Failed = 1 };
    }

    private int Dotnet(params string[] arguments) => ChildProcess.Attached(ChildProcess.Dotnet, arguments, repository.Root);

    private int Refuse(string why)
    {
        output.WriteLine($"test: {why}");
        return 1;
    }
}

/// <summary>How many tests passed, failed, were skipped.</summary>
internal sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    public static TestCounts operator +(TestCounts one, TestCounts other) =>
        new(one.Passed + other.Passed, one.Failed + other.Failed, one.Skipped + other.Skipped);

    /// <summary>Reads a .trx report: what is neither passed nor not executed has failed.</summary>
    public static TestCounts Read(string report)
    {
        var outcomes = XDocument.Load(report).Descendants().Where(static element => element.Name.LocalName == "UnitTestResult")
            .Select(static result => (string?)result.Attribute("outcome")).ToArray();
        var passed = outcomes.Count(static outcome => outcome == "Passed");
        var skipped = outcomes.Count(static outcome => outcome == "NotExecuted");
        return new TestCounts(passed, outcomes.Length - passed - skipped, skipped);
    }

    public override string ToString() => $"{Passed} passed, {Failed} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");
}
