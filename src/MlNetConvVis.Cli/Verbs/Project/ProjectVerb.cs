using System.Diagnostics;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary><c>project</c>: units down to pixels: one, all of a map, or many of many photos.</summary>
internal sealed class ProjectVerb : Verb
{
    private const int Batch = 16;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _layer = new("--layer", "L", "one layer", "the layer, as 'convvis inspect' names it", "--layers") { IsRequired = true };
    private readonly ValueOption _channel = new("--channel", "C", "a whole number of 0 or more", "the feature map; default the strongest");
    private readonly ValueOption _unit = new(
        "--unit", "Y,X|all", "row and column, such as 5,9, or all",
        "the place in the map; all: every unit of the map at once; default the strongest");
    private readonly ValueOption _units = new(
        "--units", "FILE.csv", "a table of units with the columns channel, y and x",
        "many units: a table with the columns channel, y and x, also called map, row and column (empty: the strongest), " +
            "for each input alike, or with a column file, for photos named there");
    private readonly FlagOption _whole = WholeFields.Option;
    private readonly ValueOption _view = ProjectionView.Option;
    private readonly ValueOption _out = new(
        "--out", "FILE|DIR", "a file that ends in .png or .npy",
        "F.png, a picture with grey for zero, or F.npy, the numbers; for many projections a folder of pictures, or F.npy with all of them and F.csv beside it")
    { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "with --images: stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly ValueOption _images = InputOptions.Images;
    private readonly InputOptions _input;
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public ProjectVerb()
        : base("project", "show what in a photo made a unit of a layer fire")
    {
        _input = new InputOptions(InputOptions.Image, _images);
        Takes([_model, .. _input.All, _layer, _channel, _unit, _units, _whole, .. _rules.All, _view, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "All other units of the layer are set to zero, and the network is run backwards down to the pixels (Zeiler and Fergus 2013). " +
        "Without --channel and --unit the strongest unit of the layer is taken; with --unit alone the strongest map at that place. " +
        "The strongest unit often lies at the border, where a part of what it sees is padding; --whole-fields looks among the others only, " +
        "--view field shows only what a unit sees. The units of a softmax are projected from the layer before it. " +
        "With --images, --units or a tensor of many inputs, all units are projected in one call; files of the same name are replaced. " +
        $"In a picture the strongest half percent of the pixels may be cut off, so that the rest can be seen.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --image cat.jpg --layer conv5 --view pair --out cat.png",
        "--model net.onnx --image cat.jpg --layer conv5 --rule guided --whole-fields --view pair --out cat.png",
        "--model net.onnx --image cat.jpg --layer conv3 --channel 17 --rule guided --out cat.npy",
        "--model net.onnx --image cat.jpg --layer conv3 --channel 17 --unit all --overlap max --out map.png",
        "--model net.onnx --images photos --layer conv5 --view pair --out pictures",
        "--model net.onnx --units units.csv --layer conv5 --out projections.npy",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        // before anything is read
        if (!given.Has(_images) && !given.Has(_units) && !_input.HasTensor(given)) _ = OutputPath.File(given, _out, ".png", ".npy");
        var (rules, view, layer, wish) = (_rules.Given(given), ProjectionView.Given(given, _view), given.Required(_layer), UnitWish.Of(given, _channel, _unit));
        if (wish.Whole && given.Flag(_whole))
            throw new UsageException($"{_whole.Name} chooses one unit, but {_unit.Name} is 'all'; one of them was wanted.");
        var units = Units(given);
        var (photos, tensor) = units is { Photos.Count: > 0 } ? WithoutInput(given) : _input.Given(given);
        var inputs = Inputs(given, _modelOptions.Load(given, given.Required(_model), terminal), photos, tensor, units);
        var call = new Call(inputs.Net, layer, rules, Common.Session(given, terminal), inputs, file => units is null ? [wish] : units.Of(file))
        {
            Wishes = units is null ? [wish] : [.. units.All],
            WholeFields = given.Flag(_whole),
            Count = checked((units?.Photos.Count > 0 ? 1 : inputs.Source.Count) * (units?.All.Count() ?? 1)),
        };
        var isMany = units is not null || given.Has(_images) || inputs.Source.Count > 1;
        var file = isMany ? OutputPath.ForMany(given, _out) : OutputPath.File(given, _out, ".png", ".npy");
        var picture = new ProjectionView(view, inputs.Net, InputSize.Of(inputs.Shape, inputs.Net), inputs.Net.Preprocessing);
        if (!ProjectionFiles.IsArray(file)) picture.EnsureFits(file);
        else if (given.Has(_view))
            throw new UsageException($"{_view.Name} is for pictures, but {_out.Name} is '{file}'; a file that ends in .png, or a folder for many, was wanted.");
        var report = new ProjectReport(terminal, given.Flag(Common.Json));
        if (isMany) report.Of(Many(call, file, picture, terminal, clock), rules);
        else report.Of(OneThatFits(given, call, file, picture, terminal), picture, mayChoose: !given.Has(_unit) && !call.WholeFields);
        return ExitCode.Ok;
    }

    private UnitsFile? Units(Arguments given)
    {
        if (given.Text(_units) is not { } file) return null;
        if (given.Has(_channel) || given.Has(_unit))
        {
            throw new UsageException(
                $"{_units.Name} and {(given.Has(_channel) ? _channel : _unit).Name} were both given; the table names channels and places itself.");
        }

        return UnitsFile.Read(file);
    }

    private (string? Photos, string? Tensor) WithoutInput(Arguments given) => _input.All.FirstOrDefault(given.Has) is not { } other ? (null, null)
        : throw new UsageException($"{_units.Name} names photos itself (its column 'file'), but {other.Name} was given too; leave that out, or the column.");

    private Input Inputs(Arguments given, ConvNet net, string? photos, string? tensor, UnitsFile? units)
    {
        if (tensor is not null)
        {
            var array = TensorFile.Read(tensor, net);
            return new Input(net.OfSize(array.Size(net).Height, array.Size(net).Width), InputSource.Of(array, tensor, Batch), array.Shape);
        }

        var preprocessing = net.RequirePreprocessing();
        var isOne = photos is not null && !given.Has(_images);
        var files = photos is null ? new ImageSet([], [.. units!.Photos.Select(static f => new LabelledImage(f, LabelledImage.Unlabelled))])
            : isOne ? new ImageSet([], [new LabelledImage(photos, LabelledImage.Unlabelled)])
            : Photos.Find(photos);
        var source = InputSource.Of(files, preprocessing, Common.Loading(given, isOne || given.Flag(_strict)), Math.Min(Batch, files.Images.Count));
        return new Input(net.OfSize(preprocessing.Height, preprocessing.Width), source, InputSize.Of(preprocessing).Shape(net));
    }

    /// <summary>Without biases a projection is proportional to what it starts from, so where the activation is too much, one shows the same, said out
    /// loud.</summary>
    private ProjectResult OneThatFits(Arguments given, Call call, string file, ProjectionView view, Terminal terminal)
    {
        try
        {
            return One(call, file, view, terminal);
        }
        catch (ProjectionOverflowException e) when (!_rules.HasStart(given) && call.Rules is { Start: StartValue.Activation, Bias: BiasUse.None })
        {
            terminal.Note($"Started from the unit's activation, {e.Activation:G4}, the projection grows beyond what numbers can hold. " +
                "It was started from one; the rest is the factor between.");
            return One(call with { Rules = call.Rules with { Start = StartValue.One } }, file, view, terminal);
        }
    }

    private static ProjectResult One(Call call, string file, ProjectionView view, Terminal terminal)
    {
        ProjectResult? result = null;
        Run(call, terminal, static _ => { }, (projector, batch, input, unit, projection) =>
        {
            if (ProjectionFiles.IsArray(file)) NpyFile.Write(file, projection, [.. call.Inputs.Shape]);
            else view.Draw(projection, unit.Field, InputOf(batch, input)).WritePng(file);
            result = Result(call, projector, unit, call.Inputs.Shape, file);
        });
        return result!;
    }

    private static ProjectBatchResult Many(Call call, string file, ProjectionView view, Terminal terminal, Stopwatch clock) => terminal.WithProgress(p =>
    {
        var counter = p.Counting("Projecting", "unit", call.Count);
        var (broken, done, files) = (new List<SkippedImage>(), 0, (ProjectionFiles?)null);
        var earlier = ProjectionFiles.IsArray(file) ? null : new EarlierResults(file, "index.csv", ".png");
        try
        {
            var projector = Run(
                call, terminal,
                batch =>
                {
                    foreach (var image in batch.Broken) terminal.Note(image.Reason + " It is skipped.");
                    broken.AddRange(batch.Broken);
                    if (batch.Broken.Count > 0) counter.Report(done += batch.Broken.Sum(b => call.Units(b.File).Count));
                },
                (_, batch, input, unit, projection) =>
                {
                    files ??= new ProjectionFiles(file, view, call.Count);
                    files.Append(batch.Names[input].File, unit, projection, InputOf(batch, input));
                    counter.Report(++done);
                });
            if (files is null) throw InputSource.NothingRead(call.Inputs.Source);
            files.Complete();
            earlier?.Tell(terminal, files.Rows.Select(static r => r.Picture ?? ""), files.Index);
            return new ProjectBatchResult(
                call.Net.File, projector.Layer, call.Layer, projector.Shape, RuleWords.Of(call.Rules), clock.Elapsed.TotalSeconds,
                files.Rows, file, files.Index, broken);
        }
        finally
        {
            files?.Dispose();
        }
    });

    /// <summary>Reads inputs, finds their units and projects them.</summary>
    private static (string Layer, long[] Shape) Run(Call call, Terminal terminal, Action<InputBatch> read, TakeUnit take)
    {
        var whole = InputSize.Of(call.Inputs.Shape, call.Net);
        var size = (whole.Height, whole.Width);
        using var projector = new UnitProjector(
            call.Net, call.Layer, call.Rules.ToRules(), call.Settings, size, [.. call.Wishes], call.Count, call.WholeFields);
        foreach (var batch in call.Inputs.Source.Read(terminal.Cancellation))
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            if (batch.Names.Count > 0)
            {
                projector.Run(batch.Values, [.. batch.Names.Select(n => call.Units(n.File))], (input, unit, projection) =>
                    take(projector, batch, input, unit, projection));
            }

            read(batch);
        }

        return (projector.Layer, [.. projector.Shape.Dims.Skip(1).Select(static d => d.Size)]);
    }

    private static ReadOnlySpan<float> InputOf(InputBatch batch, int input)
    {
        var length = batch.Values.Length / batch.Names.Count;
        return batch.Values.Span.Slice(input * length, length);
    }

    private static ProjectResult Result(Call call, UnitProjector projector, ProjectedUnit unit, IReadOnlyList<int> shape, string file)
    {
        var words = RuleWords.Of(call.Rules);
        return new()
        {
            Model = call.Net.File,
            Layer = projector.Layer,
            AskedLayer = call.Layer,
            LayerShape = [.. projector.Shape.Dims.Skip(1).Select(static d => d.Size)],
            Channel = unit.Channel,
            Y = unit.Y,
            X = unit.X,
            Activation = unit.Activation,
            Field = unit.Field,
            FieldSize = [.. call.Net.FieldOf(projector.Layer).Select(static a => a.Size)],
            Rule = words.Rule,
            Overlap = words.Overlap,
            Lrn = words.Lrn,
            Bias = words.Bias,
            Pixels = words.Pixels,
            Start = words.Start,
            Shape = shape,
            Min = unit.Min,
            Max = unit.Max,
            Out = file,
            Rules = call.Rules,
        };
    }

    /// <summary>Takes one projection.</summary>
    private delegate void TakeUnit(UnitProjector projector, InputBatch batch, int input, ProjectedUnit unit, ReadOnlySpan<float> projection);

    /// <summary>What goes in: the network at that size, the inputs, and the shape of one.</summary>
    private sealed record Input(ConvNet Net, InputSource Source, int[] Shape);

    /// <summary>What is asked for.</summary>
    private sealed record Call(ConvNet Net, string Layer, ReversalOptions Rules, SessionSettings Settings, Input Inputs,
        Func<string, IReadOnlyList<UnitWish>> Units)
    {
        public required IReadOnlyList<UnitWish> Wishes { get; init; }

        public required bool WholeFields { get; init; }

        /// <summary>Gets how many projections there will be at most.</summary>
        public required int Count { get; init; }
    }
}
