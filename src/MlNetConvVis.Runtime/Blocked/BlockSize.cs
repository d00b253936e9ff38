using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Runtime.Blocked;

/// <summary>
/// How many channels ONNX Runtime lays together on this processor (16 with AVX-512, 8 with AVX). It does not say, and its blocked operators are not part of its
/// public ones, so it is found by trying: a convolution is written for each size, and the size is taken whose result is the plain convolution's.
/// </summary>
internal static class BlockSize
{
    /// <summary>A multiple of every size, so that a wrong guess gives wrong numbers and nothing worse.</summary>
    private const int Channels = 64;
    private const int Side = 3;
    private const float Tolerance = 1e-3f;      // of sums of 576 products of numbers between -1 and 1

    private static readonly int[] s_sizes = [16, 8];
    private static readonly Lazy<int> s_found = new(Find);

    /// <summary>Gets the size; 0 where this runtime has no blocked layout for this processor.</summary>
    public static int OfProcessor => s_found.Value;

    private static int Find()
    {
        var graph = Sample();
        var random = new Random(1);
        var (x, weights) = (Drawn(random, Channels * Side * Side), Drawn(random, Channels * Channels * Side * Side));
        var wanted = Run(graph, x, weights);
        return s_sizes.FirstOrDefault(size => Agrees(size, wanted));

        bool Agrees(int size, float[] wanted)
        {
            try
            {
                return Run(BlockedConvolutions.Lower(graph, size), x, weights).Zip(wanted, static (a, b) => Math.Abs(a - b)).All(static d => d <= Tolerance);
            }
            catch (OnnxRuntimeException)
            {
                return false;       // a runtime without these operators
            }
        }
    }

    private static OnnxGraph Sample()
    {
        var build = new GraphBuilder("sample");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(1, Channels, Side, Side));
        var weights = build.Input("weights", ElementType.Float, TensorShape.Of(Channels, Channels, Side, Side));
        var y = build.Node("Conv", [x, weights], OnnxAttributes.Of(("kernel_shape", new long[] { Side, Side }), ("pads", new long[] { 1, 1, 1, 1 })), "y");
        return build.ToGraph(new ValueInfo(y.Name, ElementType.Float, TensorShape.Of(1, Channels, Side, Side)));
    }

    private static float[] Drawn(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

    private static float[] Run(OnnxGraph graph, float[] x, float[] weights)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1 };
        using var session = new InferenceSession(OnnxFile.ToBytes(graph), options);
        using var run = new RunOptions();
        using var image = OrtValue.CreateTensorValueFromMemory(x, [1, Channels, Side, Side]);
        using var filters = OrtValue.CreateTensorValueFromMemory(weights, [Channels, Channels, Side, Side]);
        using var results = session.Run(run, new Dictionary<string, OrtValue> { ["x"] = image, ["weights"] = filters }, ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
