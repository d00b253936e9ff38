using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>project</c>: one unit down to pixels.</summary>
internal sealed class ProjectVerb : Verb
{
    private const int SmallestPictureSide = 256;

    private static readonly string[] s_overlaps = ["sum", "last", "max"];
    private static readonly string[] s_starts = ["activation", "one"];

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _layer = new(
        "--layer", "L", "one layer",
        "the layer, as 'convvis inspect' names it")
    { IsRequired = true };
    private readonly ValueOption _channel = new("--channel", "C", "a whole number of 0 or more", "the feature map; default the strongest");
    private readonly ValueOption _unit = new("--unit", "Y,X", "row and column, such as 5,9", "the place in the map; default the strongest");
    private readonly ValueOption _rule = new(
        "--rule", "NAME", "paper, guided or gradient",
        "how to go back: paper (the deconvnet), guided (guided backpropagation) or gradient (the derivative); default paper");
    private readonly ValueOption _overlap = new(
        "--overlap", "HOW", "sum, last or max",
        "where two pooling windows have the same maximum: sum, last or max; default sum");
    private readonly ValueOption _start = new(
        "--start", "VALUE", "activation or one",
        "what to start from: activation (the unit's own) or one; default activation with paper, one otherwise");
    private readonly ValueOption _out = new(
        "--out", "FILE", "a file that ends in .png or .npy",
        "F.png, a picture with grey for zero, or F.npy, the numbers")
    { IsRequired = true };
    private readonly InputOptions _input = new(InputOptions.Image);
    private readonly ModelOptions _modelOptions = new();

    public ProjectVerb()
        : base("project", "show what in a photo made one unit of a layer fire")
    {
        Takes([_model, .. _input.All, _layer, _channel, _unit, _rule, _overlap, _start, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "All other units of the layer are set to zero, and the network is run backwards down to the pixels (Zeiler and Fergus 2013). " +
        "Without --channel and --unit the strongest unit of the layer is taken; with --unit alone the strongest map at that place. " +
        $"In a picture the strongest half percent of the pixels may be cut off, so that the rest can be seen.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --image cat.jpg --layer conv5 --out cat.png",
        "--model net.onnx --image cat.jpg --layer conv3 --channel 17 --rule guided --out cat.npy",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var (file, layer) = (OutputPath.File(given, _out, ".png", ".npy"), given.Required(_layer));
        var rules = Rules(given);
        var place = Place(given);
        var model = _modelOptions.Load(given, given.Required(_model));
        var (values, shape) = Input(given, model);
        var (channels, height, width) = (shape[^(4 - model.Axes.Channels)], shape[^(4 - model.Axes.Rows)], shape[^(4 - model.Axes.Columns)]);
        var net = model.OfSize(height, width);
        if (file.EndsWith(".png", StringComparison.Ordinal) && channels is not (1 or 3))
            throw new UsageException($"{_out.Name} is '{file}', but {channels} channels make no picture; a .npy file was wanted.");
        var settings = Common.Session(given, terminal);
        using var projector = new Projector(net, layer, rules, settings);
        var unit = Find(net, ProjectionGraph.StartOf(net, layer), values, given.Whole(_channel, 0), place, settings);
        terminal.Cancellation.ThrowIfCancellationRequested();
        var (projection, activation) = (new float[values.Length], new float[1]);
        projector.Project(values, [unit], projection, activation);
        if (projection.Any(static v => !float.IsFinite(v)))
            throw new GraphException("The projection grows beyond what numbers can hold; start it from one (--start one), or choose an earlier layer.");
        Write(file, projection, net, shape, (channels, height, width));
        Report(given, terminal, Result(net, projector, unit, activation[0], rules, given.Text(_overlap) ?? "sum", projection, shape, file));
        return ExitCode.Ok;
    }

    private ReversalRuleSet Rules(Arguments given)
    {
        var rules = ReversalRules.Named(given.Choice(_rule, [.. ReversalRules.Presets.Select(static p => p.Name)]) ?? "paper");
        if (given.Choice(_overlap, s_overlaps) is { } overlap)
            rules = rules.With(rules.Name, ReversalRules.MaxPool(Enum.Parse<Overlap>(overlap, ignoreCase: true)));
        return given.Choice(_start, s_starts) is { } start ? rules.StartingFrom(Enum.Parse<StartValue>(start, ignoreCase: true)) : rules;
    }

    private (int Y, int X)? Place(Arguments given) => given.Text(_unit) is not { } text ? null
        : text.Split(',') is [var y, var x] && IsPlace(y, out var row) && IsPlace(x, out var column) ? (row, column)
        : throw Arguments.Wrong(_unit, text);

    private static bool IsPlace(string text, out int place) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out place);

    private (float[] Values, int[] Shape) Input(Arguments given, ConvNet net)
    {
        var (photo, tensor) = _input.Given(given);
        if (tensor is not null)
        {
            var array = TensorFile.Read(tensor, net);
            return array.Count == 1 ? (array.Values, array.Shape)
                : throw new DataException($"Tensor '{tensor}' holds {array.Count} inputs; one was wanted. Save x[0:1].");
        }

        var preprocessing = net.RequirePreprocessing();
        var values = new float[preprocessing.TensorLength];
        new ImageLoader(preprocessing, Common.Loading(given, strict: true)).Load([photo!], values);
        return (values, net.Axes == ImageAxes.Nhwc ? [1, preprocessing.Height, preprocessing.Width, 3] : [1, 3, preprocessing.Height, preprocessing.Width]);
    }

    private static Unit Find(ConvNet net, string layer, float[] input, int? channel, (int Y, int X)? place, SessionSettings settings)
    {
        var shape = net.ShapeOf(layer);
        if (channel is { } c && place is { } p)
        {
            var unit = new Unit(c, p.Y, p.X);
            _ = unit.IndexIn(shape);
            return unit;
        }

        using var extractor = new FeatureExtractor(net, [layer], switches: false, settings, batch: 1);
        var activations = extractor.Matrix(layer, 1, (_, image) => input.CopyTo(image));
        return place is { } at ? Unit.StrongestAt(activations, shape, at.Y, at.X) : Unit.Strongest(activations, shape, channel);
    }

    private static void Write(string file, float[] projection, ConvNet net, int[] shape, (int Channels, int Height, int Width) size)
    {
        if (file.EndsWith(".npy", StringComparison.Ordinal))
        {
            NpyFile.Write<float>(file, projection, shape);
            return;
        }

        var factor = Math.Max(1, SmallestPictureSide / Math.Max(size.Height, size.Width));
        var planes = net.ChannelsFirst(projection, size.Height, size.Width).Span;
        var order = net.Preprocessing?.Channels ?? ChannelOrder.Rgb;
        var picture = TensorPicture.Signed(planes, size.Channels, size.Height, size.Width, order, TensorPicture.ClearRange(projection));
        picture.Enlarge(factor).WritePng(file);
    }

    private static ProjectResult Result(
        ConvNet net, Projector projector, Unit unit, float activation, ReversalRuleSet rules, string overlap, float[] projection, int[] shape, string file) =>
        new()
        {
            Model = net.File,
            Layer = projector.Layer,
            LayerShape = [.. projector.LayerShape.Dims.Skip(1).Select(static d => d.Size)],
            Channel = unit.Channel,
            Y = unit.Y,
            X = unit.X,
            Activation = activation,
            Field = FieldResult.Of(net, projector.Layer, unit, shape[^(4 - net.Axes.Rows)], shape[^(4 - net.Axes.Columns)]),
            Rule = rules.Name,
            Overlap = overlap,
            Start = rules.StartsFrom.ToString().ToLowerInvariant(),
            Shape = shape,
            Min = projection.Min(),
            Max = projection.Max(),
            Out = file,
        };

    private static string Silence(ProjectResult result) => result.Activation <= 0 && result.Start == "activation"
        ? "The unit does not fire here, so nothing is projected; choose another, or take --start one."
        : "The projection is zero everywhere.";

    private void Report(Arguments given, Terminal terminal, ProjectResult result)
    {
        if (result is { Min: 0, Max: 0 })
            terminal.Note(Silence(result));
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var (shape, field) = (result.LayerShape, result.Field);
        var layer = $"layer {result.Layer} ({string.Join('x', shape)})";
        terminal.Line($"Unit        map {result.Channel} of {shape[0]}, row {result.Y}, column {result.X} of {layer}");
        terminal.Line($"Activation  {result.Activation:G6}");
        var size = $"{field.Height}x{field.Width} pixels of an input [{string.Join(',', result.Shape)}]";
        var (bottom, right) = (field.Top + field.Height - 1, field.Left + field.Width - 1);
        terminal.Line($"Sees        rows {field.Top} to {bottom}, columns {field.Left} to {right} of the input ({size})");
        terminal.Line($"Projection  {result.Min:G4} to {result.Max:G4}, rule {result.Rule}, written to {result.Out}");
    }
}

/// <summary>What <c>project --json</c> says. Rows and columns count from 0.</summary>
internal sealed record ProjectResult
{
    public required string? Model { get; init; }

    public required string Layer { get; init; }

    public required IReadOnlyList<long> LayerShape { get; init; }

    public required int Channel { get; init; }

    public required int Y { get; init; }

    public required int X { get; init; }

    public required float Activation { get; init; }

    public required FieldResult Field { get; init; }

    public required string Rule { get; init; }

    public required string Overlap { get; init; }

    public required string Start { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    public required float Min { get; init; }

    public required float Max { get; init; }

    public required string Out { get; init; }
}
