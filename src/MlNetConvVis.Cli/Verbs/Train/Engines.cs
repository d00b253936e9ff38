using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>What can train. TorchSharp's native libraries are large, so its adapter is part of this program only where it was built in.</summary>
internal static class Engines
{
    private const string TorchSharpEngine = "MlNetConvVis.TorchSharp.TorchTrainingEngine, MlNetConvVis.TorchSharp";

    public static IReadOnlyCollection<string> Names { get; } = ["onnx", "torchsharp"];

    public static ITrainingEngine Named(string name, ValueOption option) => name == "onnx" ? new OnnxTrainingEngine()
        : Type.GetType(TorchSharpEngine, throwOnError: false) is { } type ? (ITrainingEngine)Activator.CreateInstance(type)!
        : throw new UsageException(
            $"{option.Name} is 'torchsharp', which is not part of this build; take onnx, or build it in where TorchSharp restores: " +
            "'dotnet build src/MlNetConvVis.Cli -c Release -p:WithTorchSharp=true'.");
}
