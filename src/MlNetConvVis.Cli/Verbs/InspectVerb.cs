using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>inspect</c>: what a model consists of.</summary>
internal sealed class InspectVerb : Verb
{
    private const string Wanted = "an ONNX file, or the YAML spec of a network";

    private readonly Argument<string[]> _model = new("MODEL") { Arity = ArgumentArity.ZeroOrMore, Description = Wanted };
    private readonly ValueOption _named = new("--model", "M.onnx", Wanted, "the same as MODEL, as the other verbs have it");
    private readonly ModelOptions _modelOptions = new();

    public InspectVerb()
        : base("inspect", "list the layers of a model: shapes, parameters, receptive fields, and which can be projected to pixels")
    {
        Command.Arguments.Add(_model);
        Takes([_named, .. _modelOptions.All]);
    }

    public override string Details =>
        "Sees: the height x width of the input that one unit of the layer depends on (its receptive field). " +
        "Step: how many pixels that window moves from one unit to the next. " +
        "Project: whether 'convvis project' can carry a unit of the layer back to pixels. " +
        $"Of a file that export-projection made it says how to run it.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples => ["squeezenet.onnx", "squeezenet.onnx --json", "models/zfnet.yaml"];

    public override int Run(Arguments given, Terminal terminal)
    {
        var model = Model(given);
        try
        {
            var net = IsSpec(model) ? Untrained(model) : _modelOptions.Load(given, model, terminal);
            _ = net.Layers;      // what is wrong with the model is said before the first line of the answer
            if (given.Flag(Common.Json)) terminal.Json(Result(net, model));
            else Print(net, model, terminal);
        }
        catch (GraphException) when (ProjectionPage.Find(model) is { } page)
        {
            page.Write(terminal, given.Flag(Common.Json));
        }

        return ExitCode.Ok;
    }

    private static bool IsSpec(string file) => Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml";

    /// <summary>The network of a spec as training would begin with it.</summary>
    private static ConvNet Untrained(string file)
    {
        var spec = NetworkSpec.Read(file);
        return new ConvNet(spec.Compile().Graph, spec.Preprocessing);
    }

    private string Model(Arguments given) => !given.Has(_named) ? given.Required(_model, Wanted)
        : given.Has(_model) ? throw new UsageException($"MODEL and {_named.Name} were both given; one of them was wanted.")
        : given.Required(_named);

    private static object Result(ConvNet net, string model) => new
    {
        model = net.File ?? model,
        sha256 = net.Hash,
        opset = net.Original.Opset,
        input = new { name = net.Image.Name, shape = Sizes(net.Image.Shape) },
        parameters = net.Layers.Sum(static l => l.Parameters),
        preprocessing = net.Preprocessing,
        classes = net.Classes,
        layers = net.Layers.Select(static l => new
        {
            name = l.Name,
            @operator = l.OpType,
            shape = Sizes(l.Shape),
            parameters = l.Parameters,
            receptiveField = l.Field?.Select(static a => a.Size).ToArray(),
            stride = l.Field?.Select(static a => a.Stride).ToArray(),
            start = l.Field?.Select(static a => a.Start).ToArray(),
            reversible = l.Obstacle is null,
            obstacle = l.Obstacle,
            gate = l.Gate,
        }).ToArray(),
    };

    /// <summary>Sizes as numbers; a free one as null.</summary>
    private static long?[]? Sizes(TensorShape? shape) => shape?.Dims.Select(static d => d.IsKnown ? d.Size : (long?)null).ToArray();

    private static void Print(ConvNet net, string model, Terminal terminal)
    {
        var output = terminal.Output;
        output.WriteLine($"Model       {(net.File is { } file ? $"{file}, ONNX operator set {net.Original.Opset}" : $"{model}, a spec, not trained")}");
        output.WriteLine($"Input       {net.Image.Name} {net.Image.Shape} (images, {net.Axes})");
        var photos = net.Preprocessing is { } p ? Sentence(p) : "the model does not say how they become the input; see 'convvis inspect --help'";
        output.WriteLine($"Photos      {photos}");
        output.WriteLine($"Classes     {(net.Classes is { } c ? $"{Number(c.Count)}: {Shortened(c)}" : "without names")}");
        output.WriteLine($"Parameters  {Number(net.Layers.Sum(static l => l.Parameters))}");
        output.WriteLine();
        var table = new TextTable(
            new("Layer"), new("Operator"), new("Shape"), new("Parameters", IsNumber: true), new("Sees", IsNumber: true), new("Step", IsNumber: true),
            new("Project"));
        foreach (var layer in net.Layers) table.Add(Cells(layer));
        table.Write(output, terminal.Width);
    }

    private static string[] Cells(LayerInfo layer) =>
    [
        layer.Name,
        layer.OpType,
        layer.Shape is { } shape ? string.Join('x', shape.Dims.Skip(1)) : "?",
        layer.Parameters > 0 ? Number(layer.Parameters) : "",
        layer.Field is [var y, var x] ? $"{y.Size}x{x.Size}" : "",
        layer.Field is [{ Stride: > 0 and var down }, { Stride: var across }] ? (down == across ? $"{down}" : $"{down}x{across}") : "",
        layer.Obstacle ?? (layer.Gate is { } gate ? $"yes, by the derivative of {gate}" : "yes"),
    ];

    private static string Sentence(ImagePreprocessing p)
    {
        var (width, height) = p.ResizedSize(p.Width, p.Height);
        var resize = p.Resize switch
        {
            ResizeMode.None => "not resized",
            ResizeMode.Warp => $"warped to {height}x{width}",
            _ => $"shorter side to {Math.Min(width, height)}",
        };
        var order = p.Channels.ToString().ToUpperInvariant();
        return $"{resize}, centre {p.Height}x{p.Width}, {order}, (pixel - {(p.PerPixelMean ? "mean image" : Values(p.Mean))}) * {Values(p.Scale)}";
    }

    private static string Values(ChannelValues v) =>
        v.C0 == v.C1 && v.C1 == v.C2 ? Short(v.C0) : $"[{Short(v.C0)}, {Short(v.C1)}, {Short(v.C2)}]";

    private static string Short(float value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Shortened(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(3).Select(static n => n.Split(',')[0])) + (names.Count > 3 ? ", ..." : "");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
