namespace MlNetConvVis.Setup;

/// <summary>Which ONNX Runtime it is to be.</summary>
/// <param name="Package">The NuGet package; null: the npm package.</param>
/// <param name="WhyNotNuGet">Why it is the npm package; empty for a NuGet package.</param>
/// <param name="WhyNoCuda">Why there is no CUDA provider, where there is none.</param>
internal sealed record OnnxRuntimeChoice(PackageStatus? Package, string WhyNotNuGet, string WhyNoCuda)
{
    private const string WithCuda = "Microsoft.ML.OnnxRuntime.Gpu";
    private const string WithoutCuda = "Microsoft.ML.OnnxRuntime";
    private const string NeedsPackage = "Microsoft.ML.OnnxTransformer";

    public bool PackageHasCuda => Package?.Id == WithCuda;

    /// <summary>NuGet's package with CUDA; else npm's where a device could use its CUDA provider; else NuGet's without CUDA; else npm's.</summary>
    /// <param name="packages">What NuGet serves.</param>
    /// <param name="platform">This machine.</param>
    /// <param name="nvidia">Its NVIDIA device.</param>
    /// <param name="npmAsked">Whether the person at the screen asked for npm's (CONVVIS_ONNXRUNTIME=npm).</param>
    public static OnnxRuntimeChoice Make(IReadOnlyList<PackageStatus> packages, NativePlatform platform, NvidiaDevice nvidia, bool npmAsked)
    {
        var whyNoCuda = !nvidia.Present ? nvidia.Evidence : $"{platform.Rid}: only NuGet's {WithCuda} would have it, which does not restore";
        if (npmAsked)
            return new(null, "CONVVIS_ONNXRUNTIME=npm asks for it", whyNoCuda);
        var gpu = packages.Single(static package => package.Id == WithCuda);
        if (gpu.Served)
            return new(gpu, "", "");
        var processorOnly = packages.Single(static package => package.Id == WithoutCuda);
        if (processorOnly.Served && !(nvidia.Present && platform.HasCudaPackage))
            return new(processorOnly, "", whyNoCuda);
        var why = $"NuGet does not serve ONNX Runtime{(processorOnly.Served ? " with CUDA" : "")} ({gpu.Id}: {gpu.Reason}; {processorOnly.Id}: {processorOnly.Reason})";
        return new(null, why, whyNoCuda);
    }

    /// <summary>
    /// The packages with those of ONNX Runtime that were not chosen taken out, a project must not get two; and with npm's those that
    /// bring NuGet's assembly of the same name along.
    /// </summary>
    public IReadOnlyList<PackageStatus> Narrow(IReadOnlyList<PackageStatus> packages) =>
    [
        .. packages.Select(package => package.Served && package != Package && (package.Id is WithCuda or WithoutCuda || (Package is null && package.Id == NeedsPackage))
            ? package with { Served = false, Reason = $"ONNX Runtime comes from npm: {WhyNotNuGet}" }
            : package),
    ];
}
