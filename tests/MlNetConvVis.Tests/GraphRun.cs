using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests;

/// <summary>Runs graphs on the processor, one thread, and appends reverse passes to them.</summary>
internal static class GraphRun
{
    public const string Seed = "seed";

    public static SessionSettings Settings { get; } = new() { Device = Device.Cpu, Threads = 1 };

    /// <summary>Runs a graph once.</summary>
    public static Dictionary<string, OnnxTensor> Of(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor> feeds)
    {
        using var session = new GraphSession(graph, Settings);
        var items = graph.Inputs.Where(static i => i.Shape is { Rank: > 0 } shape && !shape[0].IsKnown).Select(i => (int)feeds[i.Name].Dims[0])
            .FirstOrDefault(1);
        using var run = session.Bind(items);
        foreach (var input in graph.Inputs)
        {
            if (input.Type == ElementType.Int64) feeds[input.Name].Longs.CopyTo(run.Longs(input.Name));
            else feeds[input.Name].Floats.CopyTo(run.Floats(input.Name));
        }

        run.Run(items);
        return graph.Outputs.ToDictionary(static o => o.Name, o => o.Type == ElementType.Int64
            ? OnnxTensor.Of(run.Longs(o.Name), run.Shape(o.Name, items))
            : OnnxTensor.Of(run.Floats(o.Name), run.Shape(o.Name, items)));
    }

    /// <summary>Runs a graph with one input x and one output.</summary>
    public static OnnxTensor Of(OnnxGraph graph, OnnxTensor x) =>
        Of(graph, new Dictionary<string, OnnxTensor> { ["x"] = x })[graph.Outputs[0].Name];

    /// <summary>The reverse pass as a graph: the forward inputs and a seed in, one signal a target out, under the target's name with "/signal"
    /// behind.</summary>
    public static OnnxGraph Reverse(OnnxGraph forward, string start, IReadOnlyCollection<string> targets, ReversalRuleSet rules)
    {
        var shapes = ShapeInference.Infer(forward);
        var build = new GraphBuilder(forward);
        var seed = build.Input(Seed, ElementType.Float, shapes[start]);
        var signals = ReversalPass.Append(forward, build, new Dictionary<string, Value> { [start] = seed }, targets, rules);
        var outputs = signals.Select(s => (Target: s.Key, Value: build.Node("Identity", [s.Value], name: $"{s.Key}/signal"))).ToArray();
        return build.ToGraph(outputs.Select(o => new ValueInfo(o.Value.Name, ElementType.Float, shapes[o.Target])));
    }

    /// <summary>Reverses a seed at the output of a graph with one input x.</summary>
    public static float[] Reverse(OnnxGraph forward, OnnxTensor x, OnnxTensor seed, ReversalRuleSet rules) =>
        Of(Reverse(forward, forward.Outputs[0].Name, ["x"], rules), new Dictionary<string, OnnxTensor> { ["x"] = x, [Seed] = seed })["x/signal"]
        .Floats.ToArray();
}
