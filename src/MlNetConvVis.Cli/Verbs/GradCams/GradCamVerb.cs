using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.GradCams;

/// <summary><c>grad-cam</c>: which parts of a photo speak for a class.</summary>
internal sealed class GradCamVerb : Verb
{
    private const int Batch = 8;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; its output is one score a class") { IsRequired = true };
    private readonly ValueOption _layer = new(
        "--layer", "L", "one layer", "the layer, as 'convvis inspect' names it; default the last one with rows and columns", "--layers");
    private readonly ValueOption _class = new("--class", "C", "a class number or name", "the class, by number (from 0) or name; default the most probable");
    private readonly FlagOption _guided = new("--guided", "guided Grad-CAM: the map times the class's guided backpropagation, as fine as pixels");
    private readonly ValueOption _out = new(
        "--out", "FILE|DIR", "a file that ends in .png or .npy",
        "F.png, the heat over the photo (with --guided, grey is zero), or F.npy, the numbers; for many photos a folder of pictures, " +
            "or F.npy with all of them and F.csv beside it")
    { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "with --images: stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly ValueOption _images = InputOptions.Images;
    private readonly InputOptions _input;
    private readonly ModelOptions _modelOptions = new();

    public GradCamVerb()
        : base("grad-cam", "show which parts of a photo speak for a class")
    {
        _input = new InputOptions(InputOptions.Image, _images);
        Takes([_model, .. _input.All, _layer, _class, _guided, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "Grad-CAM (Selvaraju et al. 2017): the maps of a layer, each weighted by how much the class's score (before a softmax) " +
        "grows with it, are added, kept where they are " +
        "positive, and enlarged smoothly to the input's size. In a picture the heat runs from violet over red to light yellow, " +
        "the hottest place of each picture being yellow. " +
        "In F.npy: rows x columns, or with --guided the input's shape; of many photos one behind the other. Files of the same name are " +
        $"replaced.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --image dog.jpg --out dog-cam.png",
        "--model net.onnx --images photos --out cams",
        "--model net.onnx --image dog.jpg --class \"Persian cat\" --layer conv5 --guided --out cat.png",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var (isMany, guided, (photos, tensor)) = (given.Has(_images), given.Flag(_guided), _input.Given(given));
        var file = isMany ? OutputPath.ForMany(given, _out) : OutputPath.File(given, _out, ".png", ".npy");
        var model = _modelOptions.Load(given, given.Required(_model), terminal);
        var (source, shape) = Source(given, model, photos, tensor);
        var size = InputSize.Of(shape, model);
        var net = model.OfSize(size.Height, size.Width);
        if (!file.EndsWith(".npy", StringComparison.Ordinal) && guided && size.Channels is not (1 or 3))
            throw new UsageException($"{_out.Name} is '{file}', but {size.Channels} channels make no picture; a .npy file was wanted.");
        using var cam = new GradCam(net, Common.Session(given, terminal), given.Text(_layer), guided, Math.Min(Batch, source.Count));
        var asked = ClassWish.Given(given, _class, net, cam.Classes);
        using var files = new GradCamFiles(file, new GradCamView(net, size, guided, HasPhoto: tensor is null), shape, isMany ? source.Count : null);
        var skipped = terminal.WithProgress(p => Explain(
            source, cam, asked, files, p.Counting("Explaining", source.Thing, source.Count), terminal));
        if (files.Rows.Count == 0) throw InputSource.NothingRead(source);
        files.Complete(terminal);
        if (isMany) Report(given, terminal, new GradCamBatchResult(net.File, cam.Layer, guided, files.Rows, file, files.Index, skipped));
        else Report(given, terminal, files.Rows[0], net, cam.Layer, guided, file);
        return ExitCode.Ok;
    }

    private (InputSource Source, int[] Shape) Source(Arguments given, ConvNet net, string? photos, string? tensor)
    {
        if (tensor is not null)
        {
            var (values, shape) = TensorFile.ReadOne(tensor, net);
            return (InputSource.Of(new TensorFile(values, shape), tensor, 1), shape);
        }

        var (isOne, preprocessing) = (!given.Has(_images), net.RequirePreprocessing());
        var files = isOne ? new ImageSet([], [new LabelledImage(photos!, LabelledImage.Unlabelled)]) : Photos.Find(photos!);
        var loading = Common.Loading(given, isOne || given.Flag(_strict));
        return (InputSource.Of(files, preprocessing, loading, Math.Min(Batch, files.Images.Count)),
            InputSize.Of(preprocessing).Shape(net));
    }

    private static List<SkippedImage> Explain(
        InputSource source, GradCam cam, int? asked, GradCamFiles files, IProgress<int> progress, Terminal terminal)
    {
        var (skipped, done) = (new List<SkippedImage>(), 0);
        foreach (var batch in source.Read(terminal.Cancellation))
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            foreach (var image in batch.Broken) terminal.Note(image.Reason + " It is skipped.");
            skipped.AddRange(batch.Broken);
            var count = batch.Names.Count;
            var (heat, fine) = (new float[count * cam.MapLength], new float[files.IsGuided ? batch.Values.Length : 0]);
            var explained = cam.Explain(batch.Values.Span, [.. Enumerable.Repeat(asked, count)], heat, fine);
            for (var i = 0; i < count; i++)
            {
                files.Append(batch.Names[i].File, explained[i], heat.AsSpan(i * cam.MapLength, cam.MapLength),
                    files.IsGuided ? fine.AsSpan(i * cam.ImageLength, cam.ImageLength) : [], batch.Values.Span.Slice(i * cam.ImageLength, cam.ImageLength));
            }

            progress.Report(done += count + batch.Broken.Count);
        }

        return skipped;
    }

    private void Report(Arguments given, Terminal terminal, GradCamRow row, ConvNet net, string layer, bool guided, string file)
    {
        if (row.Max == 0)
            terminal.Note($"Nothing in layer '{layer}' speaks for this class here: the map is zero everywhere.");
        if (given.Flag(Common.Json))
        {
            terminal.Json(new GradCamResult(net.File, layer, row.Class, row.ClassName, row.Score, guided, row.Max, file));
            return;
        }

        var name = row.ClassName is { } known ? $" {known}" : "";
        terminal.Line($"Class       {row.Class}{name}, score {row.Score:G6}{(given.Has(_class) ? "" : ", the most probable")}");
        terminal.Line($"Layer       {layer}");
        terminal.Line($"{(guided ? "Guided map  " : "Map         ")}up to {row.Max:G4}, written to {file}");
    }

    private void Report(Arguments given, Terminal terminal, GradCamBatchResult result)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var which = given.Has(_class) ? $"class {result.Maps[0].Class}{(result.Maps[0].ClassName is { } name ? $" {name}" : "")}"
            : "the most probable class of each";
        terminal.Line($"{Counted.Of(result.Maps.Count, result.Guided ? "guided map" : "map")} of layer {result.Layer}: what speaks for {which}");
        terminal.Line($"Written to {result.Out}; {result.Index} says which photo, class and score each has");
        var silent = result.Maps.Count(static m => m.Max == 0);
        if (silent > 0) terminal.Line($"{silent} of them {(silent == 1 ? "is" : "are")} zero everywhere: nothing there speaks for the class.");
        if (result.Skipped.Count > 0) terminal.Line($"{Counted.Skipped(result.Skipped.Count)}");
    }
}

/// <summary>What <c>grad-cam --json</c> says; the score is that before a softmax, <c>max</c> the hottest value of the map.</summary>
internal sealed record GradCamResult(string? Model, string Layer, int Class, string? ClassName, float Score, bool Guided, float Max, string Out);

/// <summary>What <c>grad-cam --json</c> says of many photos.</summary>
internal sealed record GradCamBatchResult(
    string? Model, string Layer, bool Guided, IReadOnlyList<GradCamRow> Maps, string Out, string Index, IReadOnlyList<SkippedImage> Skipped);
