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

namespace MlNetConvVis.Cli.Verbs.Occlude;

/// <summary><c>occlude</c>: what a network relies on, by covering parts of a photo (figure 7 of the paper).</summary>
internal sealed class OccludeVerb : Verb
{
    private const string ListFile = "occlusion.json";

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; its output is one score a class") { IsRequired = true };
    private readonly ValueOption _image = new("--image", "FILE", "a photo", "the photo") { IsRequired = true };
    private readonly ValueOption _images = new(
        "--images", "PATH", "a folder of photos, a list of photos, or a photo",
        "other photos, in which the map's strongest activations are looked for (panel c)");
    private readonly ValueOption _layer = new(
        "--layer", "L", "one layer", "the layer whose strongest map is followed, as 'convvis inspect' names it; default the last one with rows and columns",
        "--layers");
    private readonly ValueOption _map = new(
        "--map", "C", "a whole number of 0 or more", "the map to follow; default the one whose activations sum up to most without occluder", "--channel");
    private readonly ValueOption _class = new(
        "--class", "C", "a class number or name", "the true class, by number (from 0) or name; default the most probable one without occluder");
    private readonly ValueOption _size = new(
        "--size", "S|HxW", "a whole number, or two such as 32x48", "the occluder's rows and columns in pixels of the network's input; default a seventh of its side");
    private readonly ValueOption _stride = new(
        "--stride", "N", "a whole number of 1 or more, at most the occluder's side", "pixels from one place to the next; default a quarter of the occluder");
    private readonly ValueOption _fill = new(
        "--fill", "COLOUR", "mean, grey, black, white, a pixel from 0 to 255, or three separated by commas",
        "what the occluder is filled with; default mean: zero after the mean is subtracted, or the pixel 128 where the network subtracts none");
    private readonly ValueOption _top = new("--top", "N", "a whole number from 1 to 100", "with --images: how many projections; default 9");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where pictures, table and report go") { IsRequired = true };
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public OccludeVerb()
        : base("occlude", "cover parts of a photo and see what the network makes of the rest (the paper's figure 7)")
    {
        Takes([_model, _image, _images, _layer, _map, _class, _size, _stride, _fill, _top, _out, .. _rules.All, .. _modelOptions.All]);
    }

    public override string Details =>
        "A square of one colour slides over the photo, and the network looks at it with the square at every place. Draws the five panels of figure 7 of Zeiler " +
        "and Fergus 2013, each place coloured where the square's middle is: (a) the photo with the square where it does most harm, (b) the sum of the strongest " +
        "map of a layer, (c) that map projected to the pixels by the deconvnet, and its strongest projections from other photos, (d) the probability of the " +
        "true class, (e) the most probable class. Only what the square changes of each layer is computed again; the last line says how much that is. " +
        $"Writes report.html, occlusion.png, a picture for each panel, occlusion.csv and {ListFile}. Files of the same name are replaced.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --image dog.jpg --out dog",
        "--model net.onnx --image dog.jpg --images photos --layer conv5 --class pomeranian --size 32 --stride 4 --out dog",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var (file, folder, rules) = (given.Required(_image), OutputPath.Folder(given, _out), _rules.Given(given));
        var (top, map, fill) = (given.Whole(_top, 1, 100) ?? 9, given.Whole(_map, 0), Fill(given));
        if (Directory.Exists(file)) throw new UsageException($"{_image.Name} is '{file}', which is a folder; {_image.Wanted} was wanted.");
        if (given.Has(_top) && !given.Has(_images)) throw new UsageException($"{_top.Name} counts projections from other photos; give those with {_images.Name}.");
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        var preprocessing = net.RequirePreprocessing();
        net = net.OfSize(preprocessing.Height, preprocessing.Width);
        var layer = given.Text(_layer) is { } named ? net.RequireLayer(named) : GradCamGraph.LastSpatialLayer(net);
        var grid = Grid(given, preprocessing);
        var wish = new Wish(file, layer, map, grid, fill, rules.ToRules(), top);
        var earlier = new EarlierResults(folder, ListFile, ".png");
        var session = Common.Session(given, terminal);
        var found = terminal.WithProgress(p => Look(given, net, wish, session, p, terminal));
        var panels = OcclusionFigure.Panels(net, found.Maps, found.Photo, fill.Cover(net), found.Projection);
        var files = Write(folder, net, panels, found.Others);
        earlier.Tell(terminal, files, ListFile);
        var result = new OccludeResult(
            net.File, Path.GetFullPath(file), layer, found.Maps.Channel, found.Maps.Class, OccludeResult.Named(net, found.Maps.Class), found.Maps.CleanLabel,
            OccludeResult.Named(net, found.Maps.CleanLabel), found.Maps.CleanProbability, found.Maps.CleanActivity,
            new OccluderWords(grid.OccluderHeight, grid.OccluderWidth, grid.Stride, given.Text(_fill) ?? "mean"), [grid.Tops.Count, grid.Lefts.Count],
            found.Work, clock.Elapsed.TotalSeconds, OccludeResult.PlacesOf(found.Maps), OccludeResult.LabelsOf(net, found.Maps), files,
            Path.Combine(folder, "report.html"), found.Skipped);
        File.WriteAllLines(Path.Combine(folder, "occlusion.csv"), result.Csv(net));
        File.WriteAllText(Path.Combine(folder, ListFile), Terminal.ToJson(result));
        OcclusionPage.Of(net, result, found, panels, given.CommandLine).Save(result.Report);
        Report(given, terminal, result, found.IsWhole);
        return ExitCode.Ok;
    }

    private OcclusionFindings Look(Arguments given, ConvNet net, Wish wish, SessionSettings session, WorkProgress progress, Terminal terminal)
    {
        var asked = ClassWish.Given(given, _class, net, (int)net.ShapeOf(GradCamGraph.ScoresOf(net)).Known(1));
        var preprocessing = net.RequirePreprocessing();
        var photo = preprocessing.Frame(ImageLoader.Read(wish.File));
        var image = new float[preprocessing.TensorLength];
        preprocessing.Normalize(photo, image);
        var others = given.Has(_images) ? Frames.Read(OtherPhotos(given, wish.File), net, Common.Loading(given, strict: false), progress, terminal) : null;
        using var projector = new ChannelProjector(net, wish.Layer, wish.Rules, session);
        using var forward = new OccludedForward(net, wish.Layer, wish.Grid, session);
        var covering = progress.Counting("Covering", "place", wish.Grid.Count, others is null ? 0 : 0.2, others is null ? 1 : 0.7);
        var maps = OcclusionMaps.Of(forward, image, wish.Fill.Cover(net), asked, wish.Map, covering, terminal.Cancellation);
        var projection = new float[image.Length];
        projector.Project(image, [maps.Channel], projection, new float[1]);
        var pictures = others is null ? null : Strongest(net, wish, maps.Channel, others, session, progress, terminal.Cancellation);
        return new OcclusionFindings(
            maps, photo, projection, pictures, forward.ShareOfWork, forward.IsWhole, [.. others?.Broken.Select(static b => new SkippedImage(b.File, b.Message)) ?? []]);
    }

    /// <summary>The photos of <c>--images</c> but the one that is covered.</summary>
    private ImageSet OtherPhotos(Arguments given, string photo)
    {
        var all = Photos.Find(given.Text(_images)!);
        var others = all.Images.Where(i => Path.GetFullPath(i.Path) != Path.GetFullPath(photo)).ToArray();
        return others.Length > 0 ? new ImageSet(all.Classes, others)
            : throw new UsageException($"{_images.Name} is '{given.Text(_images)}', which holds nothing but {_image.Name}; other photos were wanted.");
    }

    /// <summary>The map's strongest activations in other photos; null where none of them activates it.</summary>
    private static FeatureMapPictures? Strongest(
        ConvNet net, Wish wish, int channel, ImageFrames others, SessionSettings session, WorkProgress progress, CancellationToken cancellation)
    {
        var looking = progress.Counting("Looking at", "other photo", others.Count, 0.7, 0.95);
        var all = TopActivations.Find(net, [wish.Layer], wish.Top, others.Count, others.Fill, session, 16, looking, cancellation);
        return FeatureGallery.Draw(net, [.. all.Where(m => m.Channel == channel)], others, wish.Rules, session, cancellation: cancellation).FirstOrDefault();
    }

    private static IReadOnlyList<string> Write(string folder, ConvNet net, IReadOnlyList<OcclusionPanel> panels, FeatureMapPictures? others)
    {
        var files = new List<string> { Path.Combine(folder, "occlusion.png") };
        OcclusionFigure.Sheet(net, panels, others).WritePng(files[0]);
        foreach (var panel in panels)
        {
            files.Add(Path.Combine(folder, $"{panel.Name}.png"));
            panel.Picture.WritePng(files[^1]);
        }

        return files;
    }

    private OccluderGrid Grid(Arguments given, ImagePreprocessing size)
    {
        var side = Math.Max(1, (int)Math.Round(Math.Min(size.Height, size.Width) / 7.0));
        var (height, width) = given.Text(_size) is not { } text ? (side, side) : text.Split('x') switch
        {
            [var one] => (Pixels(one, text), Pixels(one, text)),
            [var rows, var columns] => (Pixels(rows, text), Pixels(columns, text)),
            _ => throw Arguments.Wrong(_size, text),
        };
        try
        {
            return new OccluderGrid(size.Height, size.Width, height, width, given.Whole(_stride, 1) ?? Math.Max(1, Math.Min(height, width) / 4));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private int Pixels(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels > 0 ? pixels : throw Arguments.Wrong(_size, whole);

    private OccluderFill Fill(Arguments given) => OccluderFill.Parse(given.Text(_fill) ?? "mean") ?? throw Arguments.Wrong(_fill, given.Text(_fill)!);

    private void Report(Arguments given, Terminal terminal, OccludeResult result, bool isWhole)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        string Name(int label, string? name) => name is null ? $"{label}" : $"{label} {name}";
        var worst = result.Places.MinBy(static p => p.Probability)!;
        var name = Name(result.Class, result.ClassName);
        terminal.Line($"Class       {name}: probability {result.CleanProbability:0.000} uncovered, {worst.Probability:0.000} at worst (row {worst.Y}, column {worst.X})");
        terminal.Line($"Map         {result.Map} of layer {result.Layer}: sum {result.CleanActivity:0.##} uncovered, {result.Places.Min(static p => p.Activity):0.##} at least");
        var labels = result.Labels.Take(5).Select(l => $"{Name(l.Label, l.Name?.Split(',')[0])} at {l.Places}");
        terminal.Line($"Labels      {string.Join(", ", labels)} of {Counted.Of(result.Places.Count, "place")}");
        terminal.Line($"Written to {result.Report}");
        var how = isWhole ? "whole images were computed: nearly all of the network changes with the occluder, or a fixed batch or the device asks for it"
            : string.Create(CultureInfo.InvariantCulture, $"{100 * result.Work:0} % of a whole image's work for each place");
        terminal.Line($"{Counted.Of(result.Places.Count, "place")} of an occluder of {result.Occluder.Height}x{result.Occluder.Width} in {result.Seconds:0.0} s; {how}");
    }

    /// <summary>What to do.</summary>
    private sealed record Wish(string File, string Layer, int? Map, OccluderGrid Grid, OccluderFill Fill, ReversalRuleSet Rules, int Top);
}
