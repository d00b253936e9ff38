using System.Runtime.InteropServices;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Doctor;

/// <summary>Tries everything that convvis needs, or can use.</summary>
internal static class Checkup
{
    private static readonly (string Adapter, string Use, string[] Packages)[] s_adapters =
    [
        ("MlNetConvVis.MLNet", "ML.NET pipelines", ["Microsoft.ML", "Microsoft.ML.OnnxTransformer"]),
        ("MlNetConvVis.TorchSharp", "training with TorchSharp", ["TorchSharp"]),
        ("MlNetConvVis.ImageSharp", "a second image codec", ["SixLabors.ImageSharp"]),
    ];

    public static DoctorReport Run()
    {
        var world = PackageWorld.OfThisProgram;
        DoctorPart[] parts = [.. Computing(world), .. Images(world), .. Adapters(world), .. Packages(world)];
        return new DoctorReport(
            parts.All(static p => p.Ok || !p.Needed),
            typeof(Checkup).Assembly.GetName().Version?.ToString(3) ?? "",
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
            Environment.ProcessorCount,
            Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
            world?.NvidiaDevice,
            world?.NvidiaEvidence,
            parts);
    }

    private static IEnumerable<DoctorPart> Computing(PackageWorld? world)
    {
        const string kind = "Computing";
        var origin = world?.OnnxRuntime is { } from ? $", from {from.From} ({from.Package} {from.Version}: {from.Reason})" : "";
        yield return Tried(
            kind, "ONNX Runtime", needed: true, () => $"{RuntimeFacts.Version}{origin}; providers {string.Join(", ", RuntimeFacts.Providers)}");
        yield return Tried(kind, "cpu", needed: true, static () => $"{Compute(Device.Cpu)}{Layout(RuntimeFacts.ChannelBlock)}");
        var cuda = Tried(kind, "cuda", needed: false, static () => Compute(new Device(DeviceKind.Cuda)));
        yield return cuda.Ok || world is null ? cuda : cuda with { Details = $"{world.OnnxRuntimeCuda.Reason}" };
    }

    private static IEnumerable<DoctorPart> Images(PackageWorld? world)
    {
        const string kind = "Images";
        foreach (var codec in ImageCodecs.Status())
        {
            var origin = codec.Name == "libvips" && world?.Libvips is { } from ? $", from {from.From} ({from.Package} {from.Version})" : "";
            yield return new DoctorPart(kind, codec.Name, codec.IsAvailable, Needed: false,
                codec.WhyNot ?? $"{codec.Version}{origin}; reads {string.Join(", ", codec.Formats)}");
        }

        yield return Tried(kind, "reading and writing", needed: true, WriteAndRead);
    }

    private static IEnumerable<DoctorPart> Adapters(PackageWorld? world)
    {
        foreach (var (adapter, use, packages) in s_adapters)
        {
            var missing = packages.Where(p => world?.Package(p) is not { Served: true })
                .Select(p => $"{p}: {world?.Package(p)?.Reason ?? "not known here"}").ToArray();
            yield return new DoctorPart(
                "Adapters", adapter, missing.Length == 0, Needed: false,
                missing.Length == 0 ? $"can be built, for {use}" : $"cannot be built ({string.Join("; ", missing)}), for {use}");
        }
    }

    private static IEnumerable<DoctorPart> Packages(PackageWorld? world) =>
        (world?.Packages ?? []).Select(static p => new DoctorPart("Packages", $"{p.Id} {p.Version}".TrimEnd(), p.Served, Needed: false, p.Reason));

    /// <summary>Runs y = Relu(x) on a device.</summary>
    private static string Compute(Device device)
    {
        var (build, shape) = (new GraphBuilder("checkup"), TensorShape.Of(1, 3));
        var output = build.Relu(build.Input("x", ElementType.Float, shape));
        var graph = build.ToGraph(new ValueInfo(output.Name, ElementType.Float, shape));
        using var session = new GraphSession(graph, new SessionSettings { Device = device });
        using var run = session.Bind(1);
        ((ReadOnlySpan<float>)[-1, 0, 2]).CopyTo(run.Floats("x"));
        run.Run(1);
        var answer = run.Floats(output.Name);
        return answer.SequenceEqual([0, 0, 2]) ? "works"
            : throw new GraphException($"it computes wrongly: Relu of -1, 0, 2 is {string.Join(", ", answer.ToArray())}");
    }

    private static string Layout(int block) => block == 0 ? "; training in a plain layout, which is slower" : $"; training in blocks of {block} channels";

    private static string WriteAndRead()
    {
        var picture = new RgbImage(2, 1, [255, 128, 0, 1, 2, 3]);
        var codec = ImageCodecs.Default;
        return codec.Decode(codec.EncodePng(picture), "checkup.png").Pixels.SequenceEqual(picture.Pixels) ? $"works ({codec.Name})"
            : throw new GraphException("a PNG reads back otherwise than it was written");
    }

    /// <summary>Whatever goes wrong is what the doctor is there to tell.</summary>
    private static DoctorPart Tried(string kind, string name, bool needed, Func<string> attempt)
    {
        try
        {
            return new DoctorPart(kind, name, true, needed, attempt());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = ((e as TypeInitializationException)?.InnerException ?? e).Message;
            return new DoctorPart(kind, name, false, needed, reason.ReplaceLineEndings(" ").TrimEnd('.'));
        }
    }
}
