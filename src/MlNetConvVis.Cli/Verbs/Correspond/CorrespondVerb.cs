using System.Diagnostics;
using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Correspond;

/// <summary><c>correspond</c>: whether a network knows the same part in different photos (table 1 of the paper).</summary>
internal sealed class CorrespondVerb : Verb
{
    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _masks = new(
        "--masks", "FILE.json", "a JSON file of photos and the parts to mask in each", "the photos, and rectangles or mask pictures for each part")
    { IsRequired = true };
    private readonly ValueOption _layers = new(
        "--layers", "L[,L...]", "one layer, or several separated by commas", "the layers, as 'convvis inspect' names them; the paper has layers 5 and 7", "--layer")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _fill = new(
        "--fill", "COLOUR", "mean, grey, black, white, a pixel from 0 to 255, or three separated by commas", "what masks are filled with; default mean, as for occlude");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides random masks; default 0");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where table, report and pictures go") { IsRequired = true };
    private readonly ModelOptions _modelOptions = new();

    public CorrespondVerb()
        : base("correspond", "mask the same part in several photos and see whether features change alike (the paper's table 1)")
    {
        Takes([_model, _masks, _layers, _fill, _seed, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "Masks the same part (an eye, the nose) in each photo and compares, for all pairs of photos, the signs of what masking changed in a layer: table 1 of " +
        "Zeiler and Fergus 2013. The lower the share of features whose signs differ, the more the network treats the part as the same thing; random masks " +
        "say what is high. FILE.json names photos and parts, paths relative to it: {\"images\": [\"a.jpg\", \"b.jpg\"], \"parts\": {\"nose\": {\"a.jpg\": " +
        "[x, y, width, height], \"b.jpg\": \"b-nose.png\"}, \"random\": {\"repeats\": 10, \"like\": \"nose\"}}}. Rectangles are pixels of the photo's file, several " +
        "as a list of lists; mask pictures have the photo's size and are light where they cover. A random part is a rectangle as large as what another part " +
        "covers in the same photo (\"like\"), or of a \"size\": [width, height] in pixels of the network's input, at a place of its own in each photo and repeat. " +
        $"Writes report.html, correspondence.csv, correspondence.json and masks.png.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples => ["--model net.onnx --masks faces.json --layers conv5,fc7 --out faces"];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var (folder, seed, layers) = (OutputPath.Folder(given, _out), given.Whole(_seed, 0) ?? 0, given.RequiredItems(_layers));
        var fill = OccluderFill.Parse(given.Text(_fill) ?? "mean") ?? throw Arguments.Wrong(_fill, given.Text(_fill)!);
        var masks = MaskFile.Read(given.Required(_masks));
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        var preprocessing = net.RequirePreprocessing();
        net = net.OfSize(preprocessing.Height, preprocessing.Width);
        foreach (var layer in layers) _ = net.ShapeOf(layer);
        RgbImage[] photos = [.. masks.Paths.Select(static p => ImageLoader.Read(p))];
        RgbImage[] frames = [.. photos.Select(preprocessing.Frame)];
        var parts = masks.Parts(photos, preprocessing, (ulong)seed);
        var cover = fill.Cover(net);
        var runs = frames.Length * (1 + parts.Sum(static p => p.Repeats.Count));
        var found = terminal.WithProgress(p => CorrespondenceStudy.Run(
            net, layers, frames.Length, (i, image) => preprocessing.Normalize(frames[i], image), parts, cover, Common.Session(given, terminal),
            progress: p.Counting("Looking at", "image", runs), cancellation: terminal.Cancellation));
        var picture = Path.Combine(folder, "masks.png");
        var sheet = MaskSheet.Of(frames, parts, preprocessing.ToImage(cover));
        sheet.WritePng(picture);
        var result = new CorrespondResult(
            net.File, [.. masks.Paths.Select(Path.GetFullPath)], given.Text(_fill) ?? "mean", seed, [.. found.Select(CorrespondRow.Of)],
            CorrespondClaim.Of(found, masks.RandomParts), clock.Elapsed.TotalSeconds, picture, Path.Combine(folder, "report.html"));
        File.WriteAllLines(Path.Combine(folder, "correspondence.csv"), result.Csv());
        File.WriteAllText(Path.Combine(folder, "correspondence.json"), Terminal.ToJson(result));
        CorrespondPage.Of(net, result, layers, sheet, given.CommandLine).Save(result.Report);
        Report(given, terminal, result, layers);
        return ExitCode.Ok;
    }

    private void Report(Arguments given, Terminal terminal, CorrespondResult result, IReadOnlyList<string> layers)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var table = new TextTable([new("Masked"), .. layers.Select(static l => new Column(l, IsNumber: true))]);
        foreach (var part in result.Rows.GroupBy(static r => r.Part)) table.Add([part.Key, .. part.Select(static r => Share(r.Mean, r.Deviation))]);
        table.Write(terminal.Output, terminal.Width);
        terminal.Line($"Share of features whose signs differ, mean and deviation over all pairs of {Counted.Of(result.Images.Count, "photo")} (and repeats); lower is more alike");
        foreach (var claim in result.Claims)
            terminal.Line($"{claim.Part} changes {claim.Layer} {(claim.Holds ? "more alike" : "no more alike")} than {claim.Random}: {claim.Margin:+0.000;-0.000;0.000}");
        terminal.Line($"Written to {result.Report}");
    }

    internal static string Share(double mean, double deviation) => string.Create(CultureInfo.InvariantCulture, $"{mean:0.000} ± {deviation:0.000}");
}
