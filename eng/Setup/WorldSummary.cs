namespace MlNetConvVis.Setup;

/// <summary>Says what is there and what is left out.</summary>
internal sealed class WorldSummary(World world)
{
    public void Write(TextWriter log)
    {
        log.WriteLine($"set-up: {world.Platform}, {(world.NvidiaDevice ? "with" : "without")} an NVIDIA device ({world.NvidiaEvidence})");
        WriteSource(log, "ONNX Runtime", world.OnnxRuntime);
        WriteSource(log, "CUDA provider", world.OnnxRuntimeCuda);
        WriteSource(log, "libvips", world.Libvips);
        WriteLeftOut(log);
    }

    public void WriteLeftOut(TextWriter log)
    {
        foreach (var package in world.Packages.Where(static package => package is { Wanted: true, Served: false }))
            log.WriteLine($"set-up: left out: {package.Id} {package.Version} ({package.Reason})");
    }

    private static void WriteSource(TextWriter log, string name, NativeSource source) =>
        log.WriteLine(source.From == "none" ? $"set-up: no {name} ({source.Reason})" : $"set-up: {name} from {source.From}, {source.Package} {source.Version}");
}
