using System.Diagnostics;
using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Invariance;

/// <summary><c>invariance</c>: what a network does not mind (figure 5 of the paper).</summary>
internal sealed class InvarianceVerb : Verb
{
    private const int MostAmounts = 1000;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; its output is one score a class") { IsRequired = true };
    private readonly ValueOption _images = new(
        "--images", "PATH", "a folder of photos, a list of photos, or a photo", "photos: a folder, a text file with one path a line, or one file", "--image")
    { IsRequired = true };
    private readonly ValueOption _count = new("--count", "N", "a whole number of 1 or more", "how many of the photos: the first ones; default 5, as in the paper");
    private readonly ValueOption _layers = new(
        "--layers", "L[,L...]", "one layer, or several separated by commas", "the layers, as 'convvis inspect' names them; the paper has the first and the last hidden one",
        "--layer")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _class = new(
        "--class", "C[,C...]", "a class number or name, or one for each photo", "the photos' true classes; default each photo's most probable one")
    { IsList = true };
    private readonly ValueOption _translation = new(
        "--translation", "FROM:TO:STEP", "three numbers such as -60:60:5, or none", "pixels down (up where negative); default a quarter of the input to each side");
    private readonly ValueOption _scale = new(
        "--scales", "FROM:TO:STEP", "three numbers above 0 such as 1:1.8:0.05, or none", "factors of size around the middle; default 1:1.8:0.05");
    private readonly ValueOption _rotation = new(
        "--rotation", "FROM:TO:STEP", "three numbers such as 0:350:10, or none", "degrees counter-clockwise around the middle; default 0:350:10");
    private readonly ValueOption _fill = new(
        "--fill", "COLOUR", "mean, grey, black, white, a pixel from 0 to 255, or three separated by commas", "what lies outside a photo; default mean, as for occlude");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where plots, table and report go") { IsRequired = true };
    private readonly ModelOptions _modelOptions = new();

    public InvarianceVerb()
        : base("invariance", "move, enlarge and turn photos and see how features and probability change (the paper's figure 5)")
    {
        Takes([_model, _images, _count, _layers, _class, _translation, _scale, _rotation, _fill, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "Moves photos up and down, enlarges and turns them as the network sees them, and measures how far the features of chosen layers move (Euclidean distance, " +
        "raw and between features scaled to length one) and what becomes of the true class's probability: figure 5 of Zeiler and Fergus 2013, for each photo and " +
        $"in the mean. Writes report.html, invariance.csv, invariance.json, curves.png and photos.png.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --layers conv1,fc7 --out invariance",
        "--model net.onnx --images dog.jpg --layers conv1,conv5 --class pomeranian --rotation 0:355:5 --translation none --scales 0.5:2:0.1 --out dog",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var (folder, layers, count) = (OutputPath.Folder(given, _out), given.RequiredItems(_layers), given.Whole(_count, 1) ?? 5);
        var fill = OccluderFill.Parse(given.Text(_fill) ?? "mean") ?? throw Arguments.Wrong(_fill, given.Text(_fill)!);
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        var preprocessing = net.RequirePreprocessing();
        net = net.OfSize(preprocessing.Height, preprocessing.Width);
        foreach (var layer in layers) _ = net.ShapeOf(layer);
        var transforms = Transforms(given, preprocessing.Height);
        var all = Photos.Find(given.Required(_images));
        var photos = new ImageSet(all.Classes, [.. all.Images.Take(count)]);
        var classes = Classes(given, net, photos.Images.Count);
        var colour = preprocessing.ToImage(fill.Cover(net))[0, 0];
        var (frames, found) = terminal.WithProgress(p =>
        {
            var read = Frames.Read(photos, net, Common.Loading(given, strict: false), p, terminal);
            RgbImage[] pictures = [.. Enumerable.Range(0, read.Count).Select(i => read[i])];
            int?[] own = [.. read.Sources.Select(s => classes[s])];
            var looking = p.Counting("Looking at", "image", pictures.Length * transforms.Count, 0.2);
            return (read, InvarianceStudy.Run(
                net, layers, pictures, own, transforms, colour, Common.Session(given, terminal), progress: looking, cancellation: terminal.Cancellation));
        });
        string[] pictures = [Path.Combine(folder, "curves.png"), Path.Combine(folder, "photos.png")];
        var result = new InvarianceOutcome(
            net.File, layers, [.. Enumerable.Range(0, frames.Count).Select(i => InvariantPhoto.Of(photos.Images[frames.Sources[i]].Path, found.Classes[i], net))],
            [.. InvarianceOutcome.RowsOf(found)], [.. InvarianceOutcome.SummariesOf(found, layers)], clock.Elapsed.TotalSeconds, pictures,
            Path.Combine(folder, "report.html"), [.. frames.Broken.Select(static b => new SkippedImage(b.File, b.Message))]);
        var sheet = TransformSheet.Of([.. Enumerable.Range(0, frames.Count).Select(i => frames[i])], transforms, colour);
        InvarianceCurves.Sheet(found, layers, [.. result.Photos.Select(InvarianceCurves.NameOf)]).WritePng(pictures[0]);
        sheet.WritePng(pictures[1]);
        File.WriteAllLines(Path.Combine(folder, "invariance.csv"), result.Csv());
        File.WriteAllText(Path.Combine(folder, "invariance.json"), Terminal.ToJson(result));
        InvariancePage.Of(net, result, found, sheet, given.CommandLine).Save(result.Report);
        Report(given, terminal, result);
        return ExitCode.Ok;
    }

    private List<PhotoTransform> Transforms(Arguments given, int side)
    {
        var far = side / 4;
        var transforms = new List<PhotoTransform>();
        Add(_translation, TransformKind.Translation, string.Create(CultureInfo.InvariantCulture, $"{-far}:{far}:{Math.Max(1, far / 12)}"));
        Add(_scale, TransformKind.Scale, "1:1.8:0.05");
        Add(_rotation, TransformKind.Rotation, "0:350:10");
        return transforms.Count > 0 ? transforms
            : throw new UsageException($"{_translation.Name}, {_scale.Name} and {_rotation.Name} are all none; one of them was wanted.");

        void Add(ValueOption option, TransformKind kind, string fallback) =>
            transforms.AddRange(Range(option, given.Text(option) ?? fallback, kind).Select(a => new PhotoTransform(kind, a)));
    }

    private static IEnumerable<double> Range(ValueOption option, string text, TransformKind kind)
    {
        if (text == "none") return [];
        double[] numbers = [.. text.Split(':').Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN)];
        if (numbers is not [var from, var to, var step] || numbers.Any(double.IsNaN) || step <= 0 || to < from || (kind == TransformKind.Scale && from <= 0))
            throw Arguments.Wrong(option, text);
        var count = Math.Floor(((to - from) / step) + 1e-6) + 1;
        return count <= MostAmounts ? Enumerable.Range(0, (int)count).Select(i => Math.Round(from + (i * step), 9))
            : throw new UsageException($"{option.Name} is '{text}', which is {count:0} amounts; at most {MostAmounts} was wanted.");
    }

    private int?[] Classes(Arguments given, ConvNet net, int photos)
    {
        if (!given.Has(_class)) return new int?[photos];
        var known = (int)net.ShapeOf(GradCamGraph.ScoresOf(net)).Known(1);
        int?[] wished = [.. given.Items(_class).Select(text => (int?)ClassWish.Find(text, _class, net, known))];
        return wished.Length == 1 ? [.. Enumerable.Repeat(wished[0], photos)] : wished.Length == photos ? wished : throw new UsageException(
            $"{_class.Name} names {wished.Length} classes, but there are {Counted.Of(photos, "photo")}; one for all or one for each was wanted.");
    }

    private void Report(Arguments given, Terminal terminal, InvarianceOutcome result)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var table = new TextTable(
            new("Transform"), new("Layer"), new("at the smallest step", IsNumber: true), new("at most", IsNumber: true), new("linearity", IsNumber: true));
        foreach (var s in result.Summaries) table.Add(s.Transform, s.Layer, Number(s.AtSmallestStep), Number(s.AtMost), Number(s.Linearity));
        table.Write(terminal.Output, terminal.Width);
        terminal.Line($"Distances of features scaled to length one, in the mean of {Counted.Of(result.Photos.Count, "photo")};");
        terminal.Line($"linearity is their correlation with the step's size");
        terminal.Line($"Written to {result.Report} in {result.Seconds:0.0} s");
    }

    internal static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
