using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>export-projection</c>: the deconvnet of a layer as an ONNX file of its own.</summary>
internal sealed class ExportProjectionVerb : Verb
{
    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; it stays as it is") { IsRequired = true };
    private readonly ValueOption _layer = new("--layer", "L", "one layer", "the layer, as 'convvis inspect' names it", "--layers") { IsRequired = true };
    private readonly ValueOption _batch = new(
        "--batch", "N|free", "a whole number from 1 to 4096, or free",
        "images of one call; default free, where the network leaves that free");
    private readonly ValueOption _out = new("--out", "P.onnx", "a file that ends in .onnx", "the file to write") { IsRequired = true };
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public ExportProjectionVerb()
        : base("export-projection", "write the deconvnet of a layer as an ONNX file that any program can run")
    {
        Takes([_model, _layer, .. _rules.All, _batch, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "In go images, by the network's own name for them, and 'unit' (int64, N x 3): channel, " +
        "row and column of the unit to project, where -1 leaves a number " +
        "open, so that -1,-1,-1 is the strongest unit of the layer. Out come 'projection' (float, the images' shape), 'activation' (float, N) and 'field' " +
        "(int64, N x 4): top, left, height and width of what the unit sees. Operator set 18, " +
        "standard operators only: ONNX Runtime runs it from Python, .NET, " +
        "Node and browsers, ML.NET by ApplyOnnxModel. Preprocessing and classes are in its metadata ('convvis.preprocessing', 'convvis.classes'), layer and " +
        $"rules under 'convvis.projection'.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --layer conv5 --out conv5-deconvnet.onnx",
        "--model net.onnx --layer conv5 --rule guided --batch 1 --out conv5-guided.onnx",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var file = OutputPath.File(given, _out, ".onnx");
        var (layer, rules, batch) = (given.Required(_layer), _rules.Given(given), given.Text(_batch) == "free" ? null : given.Whole(_batch, 1, 4096));
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        if (net.File is { } source && Path.GetFullPath(source) == Path.GetFullPath(file))
            throw new UsageException($"{_out.Name} is the network's own file '{file}'; another was wanted, as the network stays as it is.");
        var graph = ProjectionModel.Of(net, layer, rules, batch);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        OnnxFile.Write(graph, file);
        if (ProjectionGraph.StartOf(net, layer) is var start && start != layer && !given.Flag(Common.Json))
            terminal.Note($"'{layer}' is a softmax: the file projects the scores before it, layer '{start}'.");
        Report(given, terminal, new ExportResult(
            net.File, ProjectionGraph.StartOf(net, layer), RuleWords.Of(rules), graph.Opset,
            [.. graph.Inputs.Select(Described)], [.. graph.Outputs.Select(Described)], new FileInfo(file).Length, file), rules.Summary());
        return ExitCode.Ok;
    }

    private static ExportedValue Described(ValueInfo value) =>
        new(value.Name, value.Type.ToString().ToLowerInvariant(), [.. value.Shape!.Dims.Select(static d => d.IsKnown ? d.Size : (long?)null)]);

    private void Report(Arguments given, Terminal terminal, ExportResult result, string rules)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        terminal.Line($"{result.Out}, {result.Bytes / 1e6:0.0} MB, operator set {result.Opset}: layer {result.Layer}, rule {rules}");
        var table = new TextTable(new("Value"), new("Is"), new("Type"), new("Shape"));
        foreach (var value in result.Inputs) table.Add(value.Name, "input", value.Type, Shape(value));
        foreach (var value in result.Outputs) table.Add(value.Name, "output", value.Type, Shape(value));
        table.Write(terminal.Output, terminal.Width);
    }

    private static string Shape(ExportedValue value) =>
        string.Join('x', value.Shape.Select(static d => d is { } size ? FormattableString.Invariant($"{size}") : "N"));
}

/// <summary>What <c>export-projection --json</c> says.</summary>
internal sealed record ExportResult(
    string? Model, string Layer, RuleWords Rules, int Opset, IReadOnlyList<ExportedValue> Inputs, IReadOnlyList<ExportedValue> Outputs, long Bytes, string Out);

/// <summary>An input or output; a free dimension of its shape is null.</summary>
internal sealed record ExportedValue(string Name, string Type, IReadOnlyList<long?> Shape);
