using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Frees the batch of a network that was exported for a fixed one, so that any number of images goes through it at a time: the batch of its image input becomes
/// free, and Reshapes that have it written into their target keep that axis instead. The result is taken only when every value keeps its shape but
/// for the batch in front; otherwise the network stays as it is.
/// </summary>
public static class BatchFreeing
{
    private const string Symbol = "N";

    /// <summary>Frees the batch where that can be done.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <param name="image">Its image input.</param>
    /// <returns>A graph of free batch that computes the same; the graph itself where its batch is free already, or cannot be freed.</returns>
    public static OnnxGraph Apply(OnnxGraph graph, string image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var input = graph.Inputs.First(i => i.Name == image);
        if (input.Shape is not { Rank: > 0 } shape || !shape.IsKnown || graph.Inputs.Count != 1) return graph;
        try
        {
            var before = ShapeInference.Infer(graph);
            var freed = Freed(graph, input, shape, before);
            var after = ShapeInference.Infer(freed);
            var computed = NodeOrder.DependentOn(graph.Nodes, [image]);
            return computed.All(v => before.ContainsKey(v) && after.TryGetValue(v, out var now) && now.Rank > 0
                && now.Equals(before[v].With(0, Dim.Free(Symbol)))) ? freed : graph;
        }
        catch (GraphException)
        {
            return graph;      // whoever asks for shapes is told what is wrong with them
        }
    }

    private static OnnxGraph Freed(OnnxGraph graph, ValueInfo image, TensorShape shape, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        var build = new GraphBuilder(graph);
        var batch = shape[0];
        bool Carries(string value) => shapes.TryGetValue(value, out var s) && s.Rank > 0 && s[0] == batch && !graph.IsConstant(value);
        OnnxNode Written(OnnxNode node) => node.OpType is "Reshape" or "Expand" && node.Input(1) is { } target && graph.IsConstant(target)
            && Carries(node.Inputs[0]) && Carries(node.Outputs[0])
            ? node with
            {
                Inputs = [node.Inputs[0],
                build.Longs([node.OpType == "Reshape" ? 0 : 1, .. shapes[node.Outputs[0]].Dims.Skip(1).Select(static d => d.Size)]).Name]
            }
            : node.OpType == "Resize" && node.Input(3) is { } sizes && Carries(node.Inputs[0]) && Carries(node.Outputs[0]) && !node.Attributes.Has("axes")
            && build.ConstantOf(new Value(sizes)) is { Type: ElementType.Int64, Count: > 1 } all ? OfLaterAxes(build, node, all) : node;
        var nodes = graph.Nodes.Select(Written).ToArray();
        return graph.With(
            inputs: [image with { Shape = shape.With(0, Dim.Free(Symbol)) }],
            outputs: graph.Outputs.Select(o => o.Shape is { Rank: > 0 } s && s[0] == batch ? o with { Shape = s.With(0, Dim.Free(Symbol)) } : o),
            nodes: nodes,
            initializers: build.Initializers).WithoutUnused();
    }

    /// <summary>A Resize to sizes of all axes, as one to sizes of all but the batch.</summary>
    private static OnnxNode OfLaterAxes(GraphBuilder build, OnnxNode node, OnnxTensor sizes) => node with
    {
        Inputs = [.. node.Inputs.Take(3), build.Longs(sizes.Longs[1..]).Name],
        Attributes = node.Attributes.With("axes", Enumerable.Range(1, (int)sizes.Count - 1).Select(static a => (long)a).ToArray()),
    };
}
