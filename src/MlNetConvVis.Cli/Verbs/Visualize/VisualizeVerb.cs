using System.Diagnostics;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary><c>visualize</c>: the paper's figure 2 for photos of one's own.</summary>
internal sealed class VisualizeVerb : Verb
{
    private const int Batch = 32;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _images = InputOptions.Images;
    private readonly ValueOption _layers = new(
        "--layers", "L[,L...]", "one layer, or several separated by commas",
        "the layers, as 'convvis inspect' names them", "--layer")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _maps = new(
        "--maps", "N", "a whole number of 1 or more", "how many feature maps of each layer, drawn at random; default 16");
    private readonly ValueOption _top = new(
        "--top", "N", "a whole number from 1 to 100", "how many photos for each map, those that excite it most; default 9");
    private readonly ValueOption _range = new(
        "--range", "OF", "picture or map",
        "from grey to full colour: each picture by itself, or all of one map alike, so that their strengths compare; default picture");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides which maps are drawn; default 0");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the pictures go") { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public VisualizeVerb()
        : base("visualize", "draw what the feature maps of a network respond to, from photos of your own")
    {
        Takes([_model, _images, _layers, _maps, _top, .. _rules.All, _range, _seed, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "For some maps of each layer it finds the photos and places that excite them most, and projects these activations back to " +
        "pixels: figure 2 of Zeiler and Fergus 2013. Writes LAYER.png for each layer, where every map has its projections (grey is zero) " +
        "at the left and the patches of the photos that caused them at the right, strongest first, " +
        "CONV.filters.png with the filters of the first convolution, " +
        $"and visualize.json, which says where each comes from.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --layers conv1,conv3,conv5 --out pictures",
        "--model net.onnx --images photos --layers conv5 --maps 4 --top 16 --out pictures",
        "--model net.onnx --images photos --layer conv5 --rule guided --pixels rectified --range map --out pictures",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var wanted = new Wish(
            _rules.Given(given), given.Choice(_range, "picture", "map") == "map",
            given.Whole(_maps, 1) ?? 16, given.Whole(_top, 1, 100) ?? 9, (ulong)(given.Whole(_seed, 0) ?? 0));
        var photos = given.Required(_images);
        var folder = OutputPath.Folder(given, _out);
        var net = _modelOptions.Load(given, given.Required(_model));
        var layers = given.RequiredItems(_layers);
        foreach (var layer in layers) _ = (ProjectionGraph.Of(net, layer, wanted.Rules.ToRules()), net.FieldOf(layer));      // refuse before the long part
        var loading = Common.Loading(given, given.Flag(_strict));
        var session = Common.Session(given, terminal);
        var files = Photos.Find(photos);
        var (maps, frames) = terminal.WithProgress(p => Draw(net, layers, wanted, Read(files, net, loading, p, terminal), session, p, terminal.Cancellation));
        var sheets = Write(folder, layers, maps);
        var filters = WriteFilters(folder, layers, net);
        Report(given, terminal, folder, new VisualizeResult(
            net.File, wanted.Rules.Preset, RuleWords.Of(wanted.Rules), frames.Count, clock.Elapsed.TotalSeconds,
            [.. layers.Select(l => LayerPictures.Of(l, sheets.GetValueOrDefault(l), maps, frames, files, net))],
            filters,
            [.. frames.Broken.Select(static b => new SkippedImage(b.File, b.Message))]));
        return ExitCode.Ok;
    }

    private static ImageFrames Read(ImageSet files, ConvNet net, ImageLoaderOptions loading, WorkProgress progress, Terminal terminal)
    {
        var counter = progress.Counting("Reading", "photos", files.Images.Count, 0, 0.2);
        var frames = ImageFrames.Load(files.Sources(), net.RequirePreprocessing(), loading, counter, terminal.Cancellation);
        foreach (var broken in frames.Broken) terminal.Note(broken.Message + " It is skipped.");
        return frames.Count > 0 ? frames : throw new DataException($"None of the {files.Images.Count} images could be read; nothing was drawn.");
    }

    private static (IReadOnlyList<FeatureMapPictures> Maps, ImageFrames Frames) Draw(
        ConvNet net, IReadOnlyList<string> layers, Wish wanted, ImageFrames frames, SessionSettings session, WorkProgress progress,
        CancellationToken cancellation)
    {
        var looking = progress.Counting("Looking at", "photos", frames.Count, 0.2, 0.7);
        var all = TopActivations.Find(net, layers, wanted.Top, frames.Count, frames.Fill, session, Batch, looking, cancellation);
        var chosen = TopActivations.Choose(all, wanted.Maps, wanted.Seed);
        var projecting = progress.Counting("Projecting", "activations", chosen.Sum(static m => m.Tops.Count), 0.7);
        return (FeatureGallery.Draw(net, chosen, frames, wanted.Rules.ToRules(), session, wanted.SharesRange, projecting, cancellation), frames);
    }

    /// <summary>Writes a sheet for each layer that has active maps.</summary>
    private static Dictionary<string, string> Write(string folder, IReadOnlyList<string> layers, IReadOnlyList<FeatureMapPictures> maps)
    {
        var (names, files) = (FileNames.Of(layers), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var layer in maps.GroupBy(static m => m.Layer))
        {
            files[layer.Key] = Path.Combine(folder, $"{names[layer.Key]}.png");
            FigureSheet.Of([.. layer]).WritePng(files[layer.Key]);
        }

        return files;
    }

    /// <summary>Writes the filters of the first convolution, where they can be seen.</summary>
    private static FilterPicture? WriteFilters(string folder, IReadOnlyList<string> layers, ConvNet net)
    {
        if (FirstFilters.Of(net) is not { } first) return null;
        var file = Path.Combine(folder, $"{FileNames.Of([.. layers, first.Layer])[first.Layer]}.filters.png");
        first.Sheet().WritePng(file);
        return new FilterPicture(first.Layer, file, first.Filters.Count, first.Filters[0].Height, first.Filters[0].Width);
    }

    private void Report(Arguments given, Terminal terminal, string folder, VisualizeResult result)
    {
        var list = Path.Combine(folder, "visualize.json");
        File.WriteAllText(list + ".partial", Terminal.ToJson(result));
        File.Move(list + ".partial", list, overwrite: true);
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        terminal.Line($"{result.Photos} photos in {result.Seconds:0.0} s");
        var table = new TextTable(new("Picture"), new("Layer"), new("Shows"));
        foreach (var layer in result.Layers)
            table.Add(layer.File ?? "none: no map was active", layer.Layer, layer.Maps.Count == 1 ? "1 map" : $"{layer.Maps.Count} maps");
        if (result.Filters is { } f) table.Add(f.File, f.Layer, $"its {f.Count} filters of {f.Height}x{f.Width}");
        table.Write(terminal.Output, terminal.Width);
    }

    /// <summary>What to draw.</summary>
    private sealed record Wish(ReversalOptions Rules, bool SharesRange, int Maps, int Top, ulong Seed);
}
