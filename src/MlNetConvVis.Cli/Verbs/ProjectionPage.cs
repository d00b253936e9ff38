using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Cli.Verbs;

/// <summary>What <c>inspect</c> says of a file that <c>export-projection</c> made: what goes in, what comes out, how to run it.</summary>
internal sealed class ProjectionPage(ExportedProjection exported)
{
    /// <summary>Reads such a file; null where it is another.</summary>
    public static ProjectionPage? Find(string file) => ExportedProjection.Find(file) is { } exported ? new ProjectionPage(exported) : null;

    public void Write(Terminal terminal, bool json)
    {
        var graph = exported.Graph;
        if (json)
        {
            terminal.Json(new
            {
                projection = exported.File,
                layer = exported.Layer,
                rule = exported.Rule,
                opset = graph.Opset,
                inputs = graph.Inputs.Select(Described).ToArray(),
                outputs = graph.Outputs.Select(Described).ToArray(),
            });
            return;
        }

        terminal.Line($"Projection  {exported.File}: the deconvnet of layer {exported.Layer}, rule {exported.Rule}, made by export-projection");
        terminal.Line($"Format      ONNX operator set {graph.Opset}; it runs by itself in every program that runs ONNX files");
        terminal.Output.WriteLine();
        var table = new TextTable(new("Value"), new("Is"), new("Type"), new("Shape"), new("Meaning"));
        foreach (var value in graph.Inputs) table.Add(value.Name, "input", Type(value), $"{value.Shape}", Meaning(value));
        foreach (var value in graph.Outputs) table.Add(value.Name, "output", Type(value), $"{value.Shape}", Meaning(value));
        table.Write(terminal.Output, terminal.Width);
        terminal.Output.WriteLine();
        var image = graph.Inputs.First(static i => i.Type == ElementType.Float).Name;
        terminal.Line($"In Python:");
        terminal.Line($"  session = onnxruntime.InferenceSession(\"{Path.GetFileName(exported.File)}\")");
        terminal.Line($"  unit = numpy.array([[-1, -1, -1]])      # the strongest");
        terminal.Line($"  projection, activation, field = session.run(None, {{\"{image}\": images, \"unit\": unit}})");
        terminal.Line($"The images are those that the network takes, made from photos in the same way. To list the network's layers, inspect its own file.");
    }

    private static object Described(ValueInfo value) => new
    {
        name = value.Name,
        type = Type(value),
        shape = value.Shape?.Dims.Select(static d => d.IsKnown ? d.Size : (long?)null).ToArray(),
    };

    private static string Type(ValueInfo value) => value.Type.ToString().ToLowerInvariant();

    private static string Meaning(ValueInfo value) => value.Name switch
    {
        "unit" => "channel, row, column of each image's unit; -1: the strongest",
        "projection" => "the unit carried back to the pixels",
        "activation" => "the unit's activation",
        "field" => "top, left, height, width of what the unit sees",
        _ => "the images, as the network takes them",
    };
}
