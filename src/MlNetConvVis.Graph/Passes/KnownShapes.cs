using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>The shapes of a graph for passes that can do without: none where the image's size is free, for windows over it cannot be worked out.</summary>
internal static class KnownShapes
{
    public static IReadOnlyDictionary<string, TensorShape> Of(OnnxGraph graph) =>
        graph.Inputs.All(static i => i.Shape is not null && i.Shape.Dims.Skip(1).All(static d => d.IsKnown))
            ? ShapeInference.Infer(graph)
            : new Dictionary<string, TensorShape>();
}
