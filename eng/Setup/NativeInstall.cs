namespace MlNetConvVis.Setup;

/// <summary>Decides where ONNX Runtime and libvips come from, and makes the folders that come from npm.</summary>
internal sealed class NativeInstall(
    Repository repository, NativePlatform platform, NvidiaDevice nvidia, IReadOnlyList<PackageStatus> packages, TextWriter log)
{
    /// <summary>How a reason begins that npm's arrival would do away with.</summary>
    public const string NpmMissing = "npm is not on PATH";

    private readonly NpmPackages _npm = new(repository);

    public NativeSource OnnxRuntime { get; private set; } = NativeSource.None("");

    public NativeSource OnnxRuntimeCuda { get; private set; } = NativeSource.None("");

    public NativeSource Libvips { get; private set; } = NativeSource.None("");

    /// <summary>The finished folder to put in place; null when ONNX Runtime comes from NuGet.</summary>
    public string? OnnxRuntimeFolder { get; private set; }

    /// <summary>The finished folder to put in place; null when there is no libvips.</summary>
    public string? LibvipsFolder { get; private set; }

    /// <summary>Fetches what is needed into the work folder.</summary>
    /// <exception cref="SetupException">ONNX Runtime or every image codec would be missing.</exception>
    public void Fetch(OnnxRuntimeChoice choice, string workFolder)
    {
        if (choice.Package is { } package)
        {
            OnnxRuntime = new NativeSource("nuget", package.Id, package.Version, package.Reason);
            OnnxRuntimeCuda = choice.PackageHasCuda ? OnnxRuntime : NativeSource.None(choice.WhyNoCuda);
            FetchLibvipsAlone(workFolder);
        }
        else
        {
            FetchOnnxRuntime(choice, workFolder);
        }
    }

    private void FetchOnnxRuntime(OnnxRuntimeChoice choice, string workFolder)
    {
        if (platform.OnnxRuntimeFolder is null)
            throw new SetupException($"{choice.WhyNotNuGet}, and its npm package has no libraries for {platform.Rid}; add a NuGet source that serves it and run again");
        if (!NpmPackages.IsAvailable)
            throw new SetupException($"{choice.WhyNotNuGet}, and {NpmMissing}; install Node.js (it brings npm), or add a NuGet source that serves the package, and run again");
        DiskSpace.Require(DiskSpace.ForOnnxRuntime, repository.World);
        var cuda = nvidia.Present && platform.HasCudaPackage;
        string[] names =
        [
            NativePlatform.OnnxRuntimePackage,
            .. cuda ? new[] { NativePlatform.OnnxRuntimeCudaPackage } : [],
            .. platform.LibvipsPackage is { } libvips ? new[] { libvips } : [],
        ];
        log.WriteLine($"set-up: fetching {string.Join(", ", names)} with npm");
        var modules = _npm.Install(names, Path.Combine(workFolder, "npm"));
        log.WriteLine("set-up: building ONNX Runtime's C# binding");
        OnnxRuntimeFolder = Path.Combine(workFolder, "onnxruntime");
        new OnnxRuntimeFromNpm(repository, platform).Assemble(modules, cuda, workFolder, OnnxRuntimeFolder);
        OnnxRuntime = FromNpm(NativePlatform.OnnxRuntimePackage, choice.WhyNotNuGet);
        OnnxRuntimeCuda = cuda ? FromNpm(NativePlatform.OnnxRuntimeCudaPackage, nvidia.Evidence) : NativeSource.None(choice.WhyNoCuda);
        TakeLibvips(modules, workFolder);
    }

    /// <summary>Beside ImageSharp, libvips adds SVG and a second codec: missing, that is said; without ImageSharp it is refused.</summary>
    private void FetchLibvipsAlone(string workFolder)
    {
        var imageSharp = packages.Any(static package => package is { Id: "SixLabors.ImageSharp", Served: true });
        try
        {
            if (platform.LibvipsPackage is null)
                throw new SetupException($"no npm package has libvips for {platform.Rid}");
            if (!NpmPackages.IsAvailable)
                throw new SetupException($"{NpmMissing}; install Node.js (it brings npm) and run again");
            log.WriteLine($"set-up: fetching {platform.LibvipsPackage} with npm");
            TakeLibvips(_npm.Install([platform.LibvipsPackage], Path.Combine(workFolder, "npm")), workFolder);
        }
        catch (SetupException why)
        {
            if (!imageSharp)
                throw new SetupException($"no image codec: NuGet does not serve SixLabors.ImageSharp, and there is no libvips: {why.Message}");
            Libvips = NativeSource.None(why.Message);
        }
    }

    private void TakeLibvips(string modules, string workFolder)
    {
        if (platform.LibvipsPackage is not { } name)
        {
            Libvips = NativeSource.None($"no npm package has libvips for {platform.Rid}");
            return;
        }

        LibvipsFolder = Path.Combine(workFolder, "libvips");
        var native = Directory.CreateDirectory(Path.Combine(LibvipsFolder, "native")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(modules, name, "lib"), "libvips*"))
        {
            if (!file.EndsWith(".lib", StringComparison.Ordinal))
                File.Move(file, Path.Combine(native, Path.GetFileName(file)));
        }

        foreach (var file in new[] { "README.md", "versions.json" })
            File.Move(Path.Combine(modules, name, file), Path.Combine(LibvipsFolder, file));
        Libvips = FromNpm(name, "the image codec for every format, SVG too");
    }

    private NativeSource FromNpm(string package, string reason) => new("npm", package, _npm.VersionOf(package), reason);
}
