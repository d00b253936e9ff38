using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary><c>visualize</c>: the paper's figure 2 for photos of one's own.</summary>
internal sealed class VisualizeVerb : Verb
{
    private const int DefaultMaps = 16;
    private const int DefaultTop = 9;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _images = InputOptions.Images;
    private readonly ValueOption _layers = new("--layers", "L[,L...]", "one layer, or several separated by commas", "the layers, as 'convvis inspect' names them") { IsRequired = true, IsList = true };
    private readonly ValueOption _maps = new("--maps", "N", "a whole number of 1 or more", "how many feature maps of each layer, drawn at random; default 16");
    private readonly ValueOption _top = new("--top", "N", "a whole number from 1 to 100", "how many photos for each map, those that excite it most; default 9");
    private readonly ValueOption _rule = new("--rule", "NAME", "paper, guided or gradient", "how to go back to pixels: paper (the deconvnet), guided or gradient; default paper");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides which maps are drawn; default 0");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the pictures go") { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly ModelOptions _modelOptions = new();

    public VisualizeVerb()
        : base("visualize", "draw what the feature maps of a network respond to, from photos of your own")
    {
        Takes([_model, _images, _layers, _maps, _top, _rule, _seed, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "For some maps of each layer it finds the photos and places that excite them most, and projects these activations back to pixels: figure 2 of Zeiler and Fergus 2013. Writes " +
        "LAYER.png for each layer, where every map has its projections (grey is zero) at the left and the patches of the photos that caused them at the right, strongest first, and visualize.json, " +
        $"which says where each comes from.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --layers conv1,conv3,conv5 --out pictures",
        "--model net.onnx --images photos --layers conv5 --maps 4 --top 16 --out pictures",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var rules = ReversalRules.Named(given.Choice(_rule, [.. ReversalRules.Presets.Select(static p => p.Name)]) ?? "paper");
        var (maps, top, seed) = (given.Whole(_maps, 1) ?? DefaultMaps, given.Whole(_top, 1, 100) ?? DefaultTop, (ulong)(given.Whole(_seed, 0) ?? 0));
        var photos = given.Text(_images) ?? throw new UsageException($"{_images.Name} is missing; {_images.Wanted} was wanted.");
        var folder = OutputPath.Folder(given, _out);
        var net = _modelOptions.Load(given, given.Required(_model));
        string[] layers = [.. given.Items(_layers).Distinct(StringComparer.Ordinal)];
        if (layers.Length == 0) throw new UsageException($"{_layers.Name} is missing; {_layers.Wanted} was wanted.");
        foreach (var layer in layers) _ = ProjectionGraph.Of(net, layer, rules);      // refuse before the long part
        var settings = Common.Session(given, terminal);
        var (pictures, frames, files) = terminal.WithProgress(progress =>
        {
            var set = Photos.Find(photos);
            var read = ImageFrames.Load(set.Paths(), net.RequirePreprocessing(), Common.Loading(given, given.Flag(_strict)), progress.Counting("Reading", "photos", set.Images.Count, 0, 0.2), terminal.Cancellation);
            foreach (var broken in read.Broken) terminal.Note(broken.Message + " It is skipped.");
            if (read.Count == 0) throw new DataException($"None of the {set.Images.Count} images could be read; nothing was drawn.");
            var all = TopActivations.Find(net, layers, top, read.Count, read.Fill, settings, 32, progress.Counting("Looking at", "photos", read.Count, 0.2, 0.7), terminal.Cancellation);
            var chosen = TopActivations.Choose(all, maps, seed);
            var total = chosen.Sum(static m => m.Tops.Count);
            return (FeatureGallery.Draw(net, chosen, read, rules, settings, false, progress.Counting("Projecting", "activations", total, 0.7), terminal.Cancellation), read, set);
        });
        var sheets = pictures.GroupBy(static p => p.Layer).ToDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);
        var names = FileNames.Of(layers);
        foreach (var (layer, drawn) in sheets) FeatureGallery.Sheet(drawn).WritePng(Path.Combine(folder, $"{names[layer]}.png"));
        Report(given, terminal, folder, new VisualizeResult(
            net.File, rules.Name, frames.Count, clock.Elapsed.TotalSeconds,
            [.. layers.Select(l => LayerPictures.Of(l, Path.Combine(folder, $"{names[l]}.png"), sheets.GetValueOrDefault(l) ?? [], frames, files, net))],
            [.. frames.Broken.Select(static b => new SkippedImage(b.File, b.Message))]));
        return ExitCode.Ok;
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

        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Photos} photos in {result.Seconds:0.0} s"));
        var table = new TextTable(new("Picture"), new("Layer"), new("Maps", IsNumber: true));
        foreach (var layer in result.Layers) table.Add(layer.File ?? "none: no map was active", layer.Layer, layer.Maps.Count.ToString(CultureInfo.InvariantCulture));
        table.Write(terminal.Output, terminal.Width);
    }
}
