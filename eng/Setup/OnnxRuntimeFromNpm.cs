namespace MlNetConvVis.Setup;

/// <summary>ONNX Runtime out of npm packages: the C# binding compiled, the native libraries of this platform kept.</summary>
internal sealed class OnnxRuntimeFromNpm(Repository repository, NativePlatform platform)
{
    /// <summary>Makes a folder with lib/ (the assembly) and native/ (the libraries) from unpacked packages.</summary>
    public void Assemble(string nodeModules, bool cuda, string workFolder, string result)
    {
        var package = Path.Combine(nodeModules, NativePlatform.OnnxRuntimePackage);
        Directory.CreateDirectory(Path.Combine(result, "native"));
        MoveLibraries(Path.Combine(package, platform.OnnxRuntimeFolder!), result);
        if (cuda)
            MoveLibraries(Path.Combine(nodeModules, NativePlatform.OnnxRuntimeCudaPackage, platform.OnnxRuntimeFolder!), result);
        foreach (var notice in new[] { "LICENSE", "ThirdPartyNotices.txt" })
            File.Move(Path.Combine(package, notice), Path.Combine(result, notice));
        Compile(Path.Combine(package, "Runtime"), workFolder, Path.Combine(result, "lib"));
    }

    private static void MoveLibraries(string from, string result)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (!file.EndsWith(".meta", StringComparison.Ordinal))
                File.Move(file, Path.Combine(result, "native", Path.GetFileName(file)), overwrite: true);
        }
    }

    private void Compile(string sources, string workFolder, string result)
    {
        var output = Path.Combine(workFolder, "binding");
        string[] arguments =
        [
            "build", repository.BindingProject, "-c", "Release", "-v", "quiet", "--nologo",
            $"-p:BindingSources={sources}", $"-p:ArtifactsPath={output}",
        ];
        var (exitCode, log) = ChildProcess.Capture(ChildProcess.Dotnet, arguments, repository.Root);
        if (exitCode != 0)
            throw new SetupException(BuildFailure.Explain("ONNX Runtime's C# binding does not build", log));
        Directory.CreateDirectory(result);
        foreach (var file in new[] { "Microsoft.ML.OnnxRuntime.dll", "Microsoft.ML.OnnxRuntime.xml" })
            File.Move(Path.Combine(output, "bin", "Microsoft.ML.OnnxRuntime", "release", file), Path.Combine(result, file));
    }
}
