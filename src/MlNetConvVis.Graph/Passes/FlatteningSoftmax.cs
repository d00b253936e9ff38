using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Before operator set 13 Softmax, LogSoftmax and Hardmax saw their input as a matrix, cut at <c>axis</c> (1 when not stated), and worked on its rows; since
/// then they work along that one axis. The two differ where axes behind it are larger than one: there the matrix is made by Flatten and taken back by Reshape.
/// </summary>
internal static class FlatteningSoftmax
{
    private const int LastOpset = 12;

    public static OnnxGraph ToAxis(OnnxGraph graph, int opset)
    {
        if (opset > LastOpset || !graph.Nodes.Any(IsSoftmax)) return graph;
        var shapes = KnownShapes.Of(graph);
        var build = new GraphBuilder(graph);
        var nodes = graph.Nodes.SelectMany(n => IsSoftmax(n) ? Rewritten(build, n, shapes.GetValueOrDefault(n.Inputs[0])) : [n]).ToArray();
        return graph.With(nodes: [.. nodes, .. build.Nodes.Skip(graph.Nodes.Count)], initializers: build.Initializers);
    }

    private static bool IsSoftmax(OnnxNode node) => node.Domain.Length == 0 && node.OpType is "Softmax" or "LogSoftmax" or "Hardmax";

    private static OnnxNode[] Rewritten(GraphBuilder build, OnnxNode node, TensorShape? shape)
    {
        var axis = node.Attributes.Int("axis", 1);
        if (shape is not null && (axis < -shape.Rank || axis >= Math.Max(shape.Rank, 1)))
            throw new GraphException($"{node.OpType} node '{node.Label}' has axis {axis}, but its input has shape {shape}; the model is damaged.");
        if (shape is not null && axis < 0) axis += shape.Rank;
        if (shape is not null && shape.Dims.Skip((int)axis + 1).All(static d => d == 1))
            return [node with { Attributes = node.Attributes.With("axis", axis) }];
        var x = new Value(node.Inputs[0]);
        var rows = build.Node("Flatten", [x], OnnxAttributes.Of(("axis", axis)));
        var result = build.Node(node.OpType, [rows], node.Attributes.With("axis", 1L));
        var size = shape is not null && shape.Dims.Count(static d => !d.IsKnown) <= 1 ? build.Longs(shape.ForReshape()) : build.Node("Shape", [x]);
        return [new OnnxNode("Reshape", node.Name, [result.Name, size.Name], [node.Outputs[0]], OnnxAttributes.None)];
    }
}
