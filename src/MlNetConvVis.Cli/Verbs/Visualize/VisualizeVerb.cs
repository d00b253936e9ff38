using System.Diagnostics;
using System.Globalization;
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
    private const string ListFile = "visualize.json";
    private const string PageFile = "report.html";
    private const string PassFile = "visualize.pass";
    private const double ShareOfPass = 0.7;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _images = InputOptions.Images;
    private readonly ValueOption _layers = new(
        "--layers", "L[,L...]", "one layer, or several separated by commas",
        "the layers, as 'convvis inspect' names them", "--layer")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _maps = new(
        "--maps", "N|all", "a whole number of 1 or more, or all", "how many feature maps of each layer, drawn at random; default 16");
    private readonly ValueOption _map = new(
        "--map", "N[,N...]", "a list of whole numbers of 0 or more, separated by commas,", "these feature maps of each layer, in place of --maps")
    { IsList = true };
    private readonly FlagOption _several = new("--several", "one photo may stand several times among those that excite a map most, with other places");
    private readonly FlagOption _byClass = new(
        "--by-class", "a picture for each class of the photos (a folder each): the maps that single it out most, and its photos that excite them most");
    private readonly ValueOption _top = new(
        "--top", "N", "a whole number from 1 to 100", "how many photos for each map, those that excite it most; default 9");
    private readonly ValueOption _range = new(
        "--range", "OF", "picture or map",
        "from grey to full colour: each picture by itself, or all of one map alike, so that their strengths compare; default picture");
    private readonly FlagOption _whole = WholeFields.Option;
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides which maps are drawn; default 0");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the pictures go") { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public VisualizeVerb()
        : base("visualize", "draw what the feature maps of a network respond to, from photos of your own")
    {
        Takes([_model, _images, _layers, _maps, _map, _top, _several, _byClass, .. _rules.All, _range, _whole, _seed, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "For some maps of each layer it finds the photos and places that excite them most, and projects these activations back to " +
        "pixels: figure 2 of Zeiler and Fergus 2013. Writes LAYER.png for each layer, where every map has its projections (grey is zero) " +
        "at the left and the patches of the photos that caused them at the right, strongest first (of more than 64 maps several pictures), " +
        "CONV.filters.png with the filters of the first convolution, " +
        $"{ListFile}, which says where each comes from, and {PageFile}. Memory does not grow with the number of photos. Stopped or killed, the same call goes on; " +
        $"and other maps or rules of the same photos cost no new pass, which {PassFile} holds.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --layers conv1,conv3,conv5 --out pictures",
        "--model net.onnx --images photos --layers conv5 --maps 4 --top 16 --out pictures",
        "--model net.onnx --images photos --layer conv5 --rule guided --pixels rectified --range map --out pictures",
        "--model net.onnx --images photos --layer conv5 --by-class --maps 2 --out pictures",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var wanted = Wanted(given);
        var photos = given.Required(_images);
        var folder = OutputPath.Folder(given, _out);
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        var layers = given.RequiredItems(_layers);
        foreach (var layer in layers) Check(net, layer, wanted);      // refuse before the long part
        var loading = Common.Loading(given, given.Flag(_strict));
        var session = Common.Session(given, terminal);
        var files = ImageSets.Open(photos, new ImageSetOptions { Classes = wanted.Mining.ByClass }).All();
        var (earlier, page) = (new EarlierResults(folder, ListFile, ".png"), new VisualizePage(net));
        var (found, pictures) = terminal.WithProgress(p =>
        {
            var found = Mine(net, layers, files, Path.Combine(folder, PassFile), wanted, session, loading, p, terminal);
            var drawing = new MapSheets(net, files, found, wanted, session, loading, page);
            return (found, drawing.Draw(layers, folder, p.Counting("Drawing", "picture", drawing.Count(layers), ShareOfPass), terminal.Cancellation));
        });
        var filters = WriteFilters(folder, layers, net);
        earlier.Tell(terminal, pictures.Select(static p => p.File ?? "").Append(filters?.File ?? ""), ListFile);
        var result = new VisualizeResult(
            net.File, wanted.Rules.Preset, RuleWords.Of(wanted.Rules), found.Photos, found.Earlier, clock.Elapsed.TotalSeconds, pictures, filters,
            Path.Combine(folder, PageFile), [.. found.Broken.Select(b => new SkippedImage(files.Images[b.Index].Path, b.Message))]);
        page.Of(result, given.CommandLine, wanted.Seed).Save(result.Report);
        Report(given, terminal, folder, result);
        return ExitCode.Ok;
    }

    private MapWish Wanted(Arguments given)
    {
        if (given.Has(_maps) && given.Has(_map)) throw new UsageException("--maps and --map are both there; one of them says which maps are drawn.");
        return new MapWish
        {
            Rules = _rules.Given(given),
            SharesRange = given.Choice(_range, "picture", "map") == "map",
            Most = given.Text(_maps) == "all" ? int.MaxValue : given.Whole(_maps, 1) ?? 16,
            Maps = given.Has(_map) ? [.. given.RequiredItems(_map).Select(MapNumber)] : null,
            Seed = (ulong)(given.Whole(_seed, 0) ?? 0),
            Mining = new MiningOptions
            {
                Top = given.Whole(_top, 1, 100) ?? 9, Several = given.Flag(_several), WholeFields = given.Flag(_whole), ByClass = given.Flag(_byClass),
            },
        };
    }

    private int MapNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Arguments.Wrong(_map, text);

    private static void Check(ConvNet net, string layer, MapWish wanted)
    {
        _ = (ProjectionGraph.Of(net, layer, wanted.Rules.ToRules()), net.FieldOf(layer));
        if (wanted.Mining.WholeFields) _ = MapWindow.OfWholeFields(net, layer);
        var maps = net.ShapeOf(layer).Known(1);
        if (wanted.Maps?.FirstOrDefault(m => m >= maps, -1) is { } missing and >= 0)
            throw new UsageException($"--map names map {missing}, but layer '{layer}' has {maps} maps, numbered from 0.");
    }

    private static MinedMaps Mine(
        ConvNet net, IReadOnlyList<string> layers, ImageSet files, string kept, MapWish wanted, SessionSettings session, ImageLoaderOptions loading,
        WorkProgress progress, Terminal terminal)
    {
        var looking = progress.Counting("Looking at", "photo", files.Images.Count, 0, ShareOfPass);
        var found = ActivationMining.Run(net, layers, files, kept, wanted.Mining, session, loading, looking, terminal.Cancellation);
        foreach (var broken in found.Broken) terminal.Note(broken.Message + " It is skipped.");
        return found.Photos > 0 ? found : throw new DataException(
            files.Images.Count == 1 ? "The photo could not be read; nothing was drawn."
                : $"None of the {files.Images.Count} photos could be read; nothing was drawn.");
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
        Directory.CreateDirectory(folder);
        var list = Path.Combine(folder, ListFile);
        File.WriteAllText(list + ".partial", Terminal.ToJson(result));
        File.Move(list + ".partial", list, overwrite: true);
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var earlier = result.Earlier > 0 ? $" ({result.Earlier} looked at by an earlier call)" : "";
        terminal.Line($"{Counted.Of(result.Photos, "photo")}{earlier} in {result.Seconds:0.0} s");
        var table = new TextTable(new("Picture"), new("Layer"), new("Shows"));
        foreach (var layer in result.Layers)
        {
            var of = layer.Class is { } name ? $" for '{name}'" : "";
            table.Add(layer.File ?? "none: no map was active", layer.Layer, Counted.Of(layer.Maps.Count, "map") + of);
        }

        if (result.Filters is { } f) table.Add(f.File, f.Layer, $"its {Counted.Of(f.Count, "filter")} of {f.Height}x{f.Width}");
        table.Write(terminal.Output, terminal.Width);
        terminal.Line($"The report: {result.Report}");
    }
}
