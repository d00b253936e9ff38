using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>What can train. TorchSharp's native libraries are large, so its adapter is part of this program only where it was built in.</summary>
internal static class Engines
{
    private const string TorchSharpEngine = "MlNetConvVis.TorchSharp.TorchTrainingEngine, MlNetConvVis.TorchSharp";

    public static IReadOnlyCollection<string> Names { get; } = ["onnx", "torchsharp"];

    /// <summary>Finds an engine and sets its options; each has the name of a property, such as --mixed-precision of MixedPrecision.</summary>
    public static ITrainingEngine Named(string name, ValueOption option, IReadOnlyList<FlagOption> set)
    {
        if (name == "onnx")
        {
            return set.Count == 0 ? new OnnxTrainingEngine()
                : throw new UsageException($"{set[0].Name} is of {option.Name} torchsharp, but the engine is onnx; leave it out or choose that engine.");
        }

        var type = Type.GetType(TorchSharpEngine, throwOnError: false) ?? throw new UsageException(
            $"{option.Name} is 'torchsharp', which is not part of this build; take onnx, or build it in where TorchSharp restores: " +
            "'dotnet build src/MlNetConvVis.Cli -c Release -p:WithTorchSharp=true'.");
        var engine = (ITrainingEngine)Activator.CreateInstance(type)!;
        foreach (var flag in set) type.GetProperty(string.Concat(flag.Name.Split('-').Select(Capitalized)))!.SetValue(engine, true);
        return engine;
    }

    private static string Capitalized(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}
