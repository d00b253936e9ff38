namespace MlNetConvVis.Setup;

/// <summary>The verbs of the tool.</summary>
internal static class Verbs
{
    private const string Usage = """
        setup [--again]   finds out what this machine restores, installs what NuGet does not serve; --again: even if nothing changed
        build             sets up, then builds the convvis command line
        run ARGUMENTS     sets up and builds if sources are newer than the last build, then runs convvis
        is-current        exit code 0 when this tool is newer than its sources, else 1
        test ARGUMENTS    sets up, builds, checks the format, runs all tests; arguments go to the tests
        """;

    public static int Run(string[] arguments)
    {
        try
        {
            var repository = Repository.Around(AppContext.BaseDirectory);
            return arguments switch
            {
                ["setup"] => SetUp(repository, again: false),
                ["setup", "--again"] => SetUp(repository, again: true),
                ["build"] => new CommandLineBuild(repository).Run(),
                ["is-current"] => IsCurrent(repository) ? 0 : 1,
                ["run", .. var rest] => new CommandLineBuild(repository).RunProgram(rest),
                ["test", .. var rest] => new TestRun(repository, Console.Out).Run(rest),
                _ => throw new SetupException($"unknown arguments '{string.Join(' ', arguments)}'; known:\n{Usage}"),
            };
        }
        catch (SetupException failure)
        {
            Console.Error.WriteLine($"set-up: {failure.Message}");
            return 2;
        }
    }

    /// <remarks>setup.sh asks the same of find.</remarks>
    private static bool IsCurrent(Repository repository)
    {
        var built = File.GetLastWriteTimeUtc(typeof(Verbs).Assembly.Location);
        return new DirectoryInfo(Path.Combine(repository.Root, "eng", "Setup")).EnumerateFiles().All(source => source.LastWriteTimeUtc <= built)
            && File.GetLastWriteTimeUtc(Path.Combine(repository.Root, "global.json")) <= built;
    }

    private static int SetUp(Repository repository, bool again)
    {
        new SetupRun(repository, Console.Error).Run(again);
        return 0;
    }
}
