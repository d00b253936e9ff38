namespace MlNetConvVis.Setup;

/// <summary>ONNX Runtime for Node, which a test runs exported files with. Only a test run fetches it (32 MB, once); without it that test says it is skipped.</summary>
internal sealed class NodeForTests(Repository repository, TextWriter log)
{
    private static readonly string[] s_packages = ["onnxruntime-node", "onnxruntime-common"];

    private string Stamp => Path.Combine(repository.NodeRuntime, "version");

    /// <summary>Installs it where Node is there and it is not, or is of another version; says why where that does not work.</summary>
    public void Install()
    {
        if (ChildProcess.Find("node") is null || !NpmPackages.IsAvailable)
            return;
        var npm = new NpmPackages(repository);
        var wanted = npm.VersionOf(s_packages[0]);
        if (File.Exists(Stamp) && File.ReadAllText(Stamp) == wanted)
            return;
        var workFolder = Path.Combine(repository.World, $"work-node-{Environment.ProcessId}");
        try
        {
            log.WriteLine($"set-up: fetching {s_packages[0]} with npm, for the tests");
            npm.Install(s_packages, workFolder);
            File.WriteAllText(Path.Combine(workFolder, "version"), wanted);
            if (Directory.Exists(repository.NodeRuntime))
                Directory.Delete(repository.NodeRuntime, recursive: true);
            Directory.Move(workFolder, repository.NodeRuntime);
        }
        catch (Exception failure) when (failure is SetupException or IOException or UnauthorizedAccessException)
        {
            log.WriteLine($"set-up: without {s_packages[0]}, whose test is skipped: {failure.Message}");
        }
        finally
        {
            if (Directory.Exists(workFolder))
                Directory.Delete(workFolder, recursive: true);
        }
    }
}
