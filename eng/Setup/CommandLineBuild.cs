namespace MlNetConvVis.Setup;

/// <summary>The build of the convvis command line: made when there is none or when a source is newer.</summary>
internal sealed class CommandLineBuild(Repository repository)
{
    private string Program => Path.Combine(repository.Root, "artifacts", "bin", "MlNetConvVis.Cli", "release", "convvis.dll");

    /// <summary>Its time says when the last build that succeeded began: a source changed meanwhile is newer.</summary>
    private string Stamp => Path.Combine(repository.World, "built");

    /// <summary>Sets up and builds; what the build says goes to standard error, as standard output belongs to the program.</summary>
    public int Run()
    {
        new SetupRun(repository, Console.Error).Run(again: false);
        using var ours = WorldLock.Take(repository, "build.lock");
        if (IsFresh())
            return 0;
        Console.Error.WriteLine("convvis: building");
        var started = DateTime.UtcNow;
        string[] arguments = ["build", "src/MlNetConvVis.Cli", "-c", "Release", "-v", "quiet", "--nologo"];
        var (exitCode, log) = ChildProcess.Capture(ChildProcess.Dotnet, arguments, repository.Root);
        if (exitCode != 0)
        {
            Console.Error.Write(log);
            throw new SetupException(BuildFailure.Explain("convvis does not build", log));
        }

        File.WriteAllText(Stamp, "");
        File.SetLastWriteTimeUtc(Stamp, started);
        return 0;
    }

    public int RunProgram(string[] arguments)
    {
        if (!IsFresh())
            Run();
        return ChildProcess.Attached(ChildProcess.Dotnet, [Program, .. arguments], Environment.CurrentDirectory);
    }

    /// <remarks>convvis (the shell script) asks the same of find, so that it need not start this tool; keep the two alike.</remarks>
    private bool IsFresh()
    {
        if (!File.Exists(Program) || !File.Exists(Stamp))
            return false;
        var built = File.GetLastWriteTimeUtc(Stamp);
        return new[] { "src", "eng" }.Select(name => new DirectoryInfo(Path.Combine(repository.Root, name)))
            .SelectMany(static folder => folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(folder))
            .Concat(new DirectoryInfo(repository.Root).EnumerateFiles("Directory.*"))
            .Append(new FileInfo(Path.Combine(repository.Root, "global.json")))
            .Append(new FileInfo(repository.WorldProps))
            .All(source => source.LastWriteTimeUtc <= built);
    }
}
