using System.Diagnostics;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs.Extract;

/// <summary><c>extract</c>: activations of chosen layers, and the switches of the poolings before them, as arrays.</summary>
internal sealed class ExtractVerb : Verb
{
    private const int DefaultBatch = 32;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _layer = new(
        "--layer", "L[,L...]", "one layer, or several separated by commas",
        "the layers, as 'convvis inspect' names them", "--layers")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the files go") { IsRequired = true };
    private readonly ValueOption _batch = new("--batch", "N", "a whole number from 1 to 4096", "images of one run; default 32");
    private readonly FlagOption _switches = new("--switches", "write the switches of every max-pooling before these layers too");
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly InputOptions _input = new(InputOptions.Images);
    private readonly ModelOptions _modelOptions = new();

    public ExtractVerb()
        : base("extract", "run photos through a network and keep what its layers say")
    {
        Takes([_model, .. _input.All, _layer, _out, _switches, _batch, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "Writes LAYER.npy for each layer (float32, images first), POOL.switches.npy for each max-pooling with --switches (int64: for each " +
        "pooled unit, the place of its maximum among the channels x rows x columns of the same image before pooling, counted row by row), " +
        "and index.csv (row, file, label). In file names, characters of a layer's name other than letters, digits, dots and dashes are " +
        $"written as underscores.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --layer pool5 --out features",
        "--model net.onnx --images photos --layer conv1,conv2 --switches --out features --resize shortest:256 --crop 224 --mean 128",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var model = _modelOptions.Load(given, given.Required(_model), terminal);
        var layers = given.RequiredItems(_layer);
        var (folder, batch) = (OutputPath.Folder(given, _out), given.Whole(_batch, 1, 4096) ?? DefaultBatch);
        var (net, source) = Source(given, model, batch);
        var session = Common.Session(given, terminal);
        using var extractor = new FeatureExtractor(net, layers, given.Flag(_switches), session, Math.Min(batch, source.Count), shared: source.Count > 1);
        var earlier = new EarlierResults(folder, FeatureFiles.IndexName, ".npy");
        using var files = new FeatureFiles(extractor, folder, source.Count);
        var broken = terminal.WithProgress(
            p => Extract(source, extractor, files, p.Counting("Extracting", source.Thing, source.Count), terminal));
        if (files.Rows == 0) throw InputSource.NothingRead(source);
        var (arrays, switches) = files.Complete();
        earlier.Tell(terminal, arrays.Concat(switches).Select(static a => a.File));
        Report(given, terminal, new ExtractResult(
            net.File, extractor.Provider, files.Rows, clock.Elapsed.TotalSeconds, arrays, switches, files.Index, broken));
        return ExitCode.Ok;
    }

    private (ConvNet Net, InputSource Source) Source(Arguments given, ConvNet net, int batch)
    {
        var (photos, tensor) = _input.Given(given);
        if (tensor is null)
            return (net, InputSource.Of(Photos.Find(photos!), net.RequirePreprocessing(), Common.Loading(given, given.Flag(_strict)), batch));
        var array = TensorFile.Read(tensor, net);
        var (height, width) = array.Size(net);
        return (net.OfSize(height, width), InputSource.Of(array, tensor, batch));
    }

    private static List<SkippedImage> Extract(
        InputSource source, FeatureExtractor extractor, FeatureFiles files, IProgress<int> progress, Terminal terminal)
    {
        var (broken, done) = (new List<SkippedImage>(), 0);
        foreach (var batch in source.Read(terminal.Cancellation))
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            foreach (var image in batch.Broken)
            {
                terminal.Note(image.Reason + " It is skipped.");
                broken.Add(image);
            }

            var length = batch.Names.Count > 0 ? batch.Values.Length / batch.Names.Count : 0;
            extractor.Run(
                batch.Names.Count,
                (i, image) => batch.Values.Span.Slice(i * length, length).CopyTo(image),
                (_, count, features) => files.Append(count, features));
            foreach (var (file, label) in batch.Names) files.AppendIndex(file, label);
            progress.Report(done += batch.Names.Count + batch.Broken.Count);
        }

        return broken;
    }

    private void Report(Arguments given, Terminal terminal, ExtractResult result)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        terminal.Line($"{Counted.Of(result.Images, "image")} in {result.Seconds:0.0} s ({result.Provider})");
        var table = new TextTable(new("File"), new("Holds"), new("Shape"));
        foreach (var array in result.Layers) table.Add(array.File, array.Layer, string.Join('x', array.Shape));
        foreach (var array in result.Switches) table.Add(array.File, $"switches of {array.Layer}", string.Join('x', array.Shape));
        table.Add(result.Index, "file and label of each row", Counted.Of(result.Images, "row"));
        table.Write(terminal.Output, terminal.Width);
        if (result.Skipped.Count > 0) terminal.Line($"{Counted.Skipped(result.Skipped.Count)}");
    }
}

/// <summary>What <c>extract --json</c> says.</summary>
internal sealed record ExtractResult(
    string? Model,
    string Provider,
    int Images,
    double Seconds,
    IReadOnlyList<WrittenArray> Layers,
    IReadOnlyList<WrittenArray> Switches,
    string Index,
    IReadOnlyList<SkippedImage> Skipped);
