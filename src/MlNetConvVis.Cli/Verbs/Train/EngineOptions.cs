using System.CommandLine;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>What trains. TorchSharp's native libraries are large, so its adapter is part of this program only where it was built in.</summary>
internal sealed class EngineOptions
{
    private const string TorchSharpEngine = "MlNetConvVis.TorchSharp.TorchTrainingEngine, MlNetConvVis.TorchSharp";

    private readonly ValueOption _engine = new(
        "--engine", "NAME", "onnx or torchsharp",
        "what trains: onnx (ONNX Runtime), or torchsharp where it was built in; default onnx");
    private readonly FlagOption _mixed = new("--mixed-precision", "convolutions and dense layers in float16; with --engine torchsharp on CUDA");
    private readonly FlagOption _deterministic = new(
        "--deterministic", "the same weights to the bit on CUDA too, slower; with --engine torchsharp (on the processor it is so anyway)");

    public IEnumerable<Option> All => [_engine, _mixed, _deterministic];

    /// <summary>Finds the engine and sets its options; each has the name of a property, such as --mixed-precision of MixedPrecision.</summary>
    public ITrainingEngine Given(Arguments given)
    {
        FlagOption[] set = [.. new[] { _mixed, _deterministic }.Where(given.Flag)];
        if ((given.Choice(_engine, "onnx", "torchsharp") ?? "onnx") == "onnx")
        {
            return set.Length == 0 ? new OnnxTrainingEngine()
                : throw new UsageException($"{set[0].Name} is of {_engine.Name} torchsharp, but the engine is onnx; leave it out or choose that engine.");
        }

        var type = Type.GetType(TorchSharpEngine, throwOnError: false) ?? throw new UsageException(
            $"{_engine.Name} is 'torchsharp', which is not part of this build; take onnx, or build it in where TorchSharp restores: " +
            "'dotnet build src/MlNetConvVis.Cli -c Release -p:WithTorchSharp=true'.");
        var engine = (ITrainingEngine)Activator.CreateInstance(type)!;
        foreach (var flag in set) type.GetProperty(string.Concat(flag.Name.Split('-').Select(Capitalized)))!.SetValue(engine, true);
        return engine;
    }

    private static string Capitalized(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}
