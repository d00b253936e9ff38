namespace MlNetConvVis.Graph.Passes;

/// <summary>Brings Upsample (operator sets 7 and 9) and the older forms of Resize (10 to 17) to Resize of operator set 18.</summary>
internal static class ResizeForms
{
    /// <summary>Upsample shows input element u / scale: asymmetric coordinates, rounded down.</summary>
    public static OnnxNode OfUpsample(GraphBuilder build, OnnxNode node) =>
        Scaled(node, node.Attributes.Has("scales") ? build.Shared(Floats(node)).Name : node.Input(1) ?? throw Without(node));

    public static OnnxNode OfResize(GraphBuilder build, OnnxNode node, int opset)
    {
        if (opset < 11) return Scaled(node, node.Input(1) ?? throw Without(node));
        bool IsEmpty(int index) => node.Input(index) is not { } name || build.ConstantOf(new Value(name)) is { Count: 0 };
        var attributes = node.Attributes.Without("exclude_outside", "extrapolation_value");
        if (node.Attributes.Int("exclude_outside", 0) == 0 && node.Attributes.Text("coordinate_transformation_mode", "") != "tf_crop_and_resize")
            node = node with { Attributes = attributes };
        return IsEmpty(3) && IsEmpty(2) ? throw Without(node)
            : node with { Inputs = IsEmpty(3) ? [node.Inputs[0], "", node.Inputs[2]] : [node.Inputs[0], "", "", node.Inputs[3]] };
    }

    private static OnnxNode Scaled(OnnxNode node, string scales) => new("Resize", node.Name, [node.Inputs[0], "", scales], node.Outputs, OnnxAttributes.Of(
        ("mode", node.Attributes.Text("mode", "nearest") == "bilinear" ? "linear" : node.Attributes.Text("mode", "nearest")),
        ("coordinate_transformation_mode", "asymmetric"),
        ("nearest_mode", "floor")));

    private static OnnxTensor Floats(OnnxNode node) => node.Attributes.First(static a => a.Key == "scales").Value is float[] scales
        ? OnnxTensor.Of(scales, scales.Length) : throw Without(node);

    private static GraphException Without(OnnxNode node) => new($"{node.OpType} node '{node.Label}' states no scales and no sizes; the model is damaged.");
}
