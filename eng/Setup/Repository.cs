namespace MlNetConvVis.Setup;

/// <summary>Where things lie in this checkout.</summary>
internal sealed class Repository(string root)
{
    public string Root { get; } = root;

    /// <summary>What set-up found out and installed; ignored by git.</summary>
    public string World => Path.Combine(Root, ".world");

    public string WorldJson => Path.Combine(World, "world.json");

    public string WorldProps => Path.Combine(World, "world.props");

    public string OnnxRuntime => Path.Combine(World, "onnxruntime");

    public string Libvips => Path.Combine(World, "libvips");

    /// <summary>ONNX Runtime for Node, for the tests.</summary>
    public string NodeRuntime => Path.Combine(World, "node");

    public string PackageVersions => Path.Combine(Root, "Directory.Packages.props");

    public string Solution => Path.Combine(Root, "MlNetConvVis.sln");

    public string NpmManifest => Path.Combine(Root, "eng", "npm", "package.json");

    public string NpmLock => Path.Combine(Root, "eng", "npm", "package-lock.json");

    public string NpmSettings => Path.Combine(Root, "eng", "npm", ".npmrc");

    public string BindingProject => Path.Combine(Root, "eng", "OnnxRuntimeBinding", "Microsoft.ML.OnnxRuntime.csproj");

    /// <summary>The checkout that holds <paramref name="start"/>: the nearest folder upwards with the solution in it.</summary>
    public static Repository Around(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MlNetConvVis.sln")))
                return new Repository(folder.FullName);
        }

        throw new SetupException($"no MlNetConvVis.sln in '{start}' or a folder above it; run set-up from a checkout of MlNetConvVis");
    }
}
