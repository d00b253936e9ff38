using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>grad-cam</c>: which parts of a photo speak for a class.</summary>
internal sealed class GradCamVerb : Verb
{
    private const int SmallestPictureSide = 256;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; its output is one score a class") { IsRequired = true };
    private readonly ValueOption _layer = new(
        "--layer", "L", "one layer", "the layer, as 'convvis inspect' names it; default the last one with rows and columns", "--layers");
    private readonly ValueOption _class = new("--class", "C", "a class number or name", "the class, by number (from 0) or name; default the most probable");
    private readonly FlagOption _guided = new("--guided", "guided Grad-CAM: the map times the class's guided backpropagation, as fine as pixels");
    private readonly ValueOption _out = new(
        "--out", "FILE", "a file that ends in .png or .npy",
        "F.png, the heat over the photo (with --guided, grey is zero), or F.npy, the numbers")
    { IsRequired = true };
    private readonly InputOptions _input = new(InputOptions.Image);
    private readonly ModelOptions _modelOptions = new();

    public GradCamVerb()
        : base("grad-cam", "show which parts of a photo speak for a class")
    {
        Takes([_model, .. _input.All, _layer, _class, _guided, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "Grad-CAM (Selvaraju et al. 2017): the maps of a layer, each weighted by how much the class's score (before a softmax) " +
        "grows with it, are added, kept where they are " +
        "positive, and enlarged smoothly to the input's size. In a picture the heat runs from violet over red to light yellow, " +
        "the hottest place of each picture being yellow. " +
        $"In F.npy: rows x columns, or with --guided the input's shape.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --image dog.jpg --out dog-cam.png",
        "--model net.onnx --image dog.jpg --class \"Persian cat\" --layer conv5 --guided --out cat.png",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var (file, (photo, tensor), guided) = (OutputPath.File(given, _out, ".png", ".npy"), _input.Given(given), given.Flag(_guided));
        var model = _modelOptions.Load(given, given.Required(_model));
        var (values, shape) = tensor is null ? InputSource.One(model, photo!, Common.Loading(given, strict: true)) : TensorFile.ReadOne(tensor, model);
        var size = InputSize.Of(shape, model);
        var net = model.OfSize(size.Height, size.Width);
        var isPicture = file.EndsWith(".png", StringComparison.Ordinal);
        if (isPicture && guided && size.Channels is not (1 or 3))
            throw new UsageException($"{_out.Name} is '{file}', but {size.Channels} channels make no picture; a .npy file was wanted.");
        using var cam = new GradCam(net, Common.Session(given, terminal), given.Text(_layer), guided);
        var asked = Class(given, net, cam.Classes);
        var (heat, fine) = (new float[cam.MapLength], new float[guided ? values.Length : 0]);
        var explained = cam.Explain(values, [asked], heat, fine)[0];
        if (isPicture)
        {
            var picture = guided ? Fine(net, fine, size)
                : HeatPicture.Over(tensor is null ? net.Preprocessing!.ToImage(values) : RgbImage.Filled(size.Width, size.Height, Rgb.Grey), heat);
            picture.Enlarge(Math.Max(1, SmallestPictureSide / Math.Max(picture.Width, picture.Height))).WritePng(file);
        }
        else
        {
            NpyFile.Write<float>(file, guided ? fine : heat, guided ? shape : [size.Height, size.Width]);
        }

        Report(given, terminal, new GradCamResult(
            net.File, cam.Layer, explained.Class, NameOf(net, explained.Class), explained.Score, guided, heat.Max(), file));
        return ExitCode.Ok;
    }

    private static RgbImage Fine(ConvNet net, float[] values, InputSize size) => TensorPicture.Signed(
        net.ChannelsFirst(values, size.Height, size.Width), size.Channels, size.Height, size.Width,
        net.Preprocessing?.Channels ?? ChannelOrder.Rgb, TensorPicture.ClearRange(values));

    private int? Class(Arguments given, ConvNet net, int classes)
    {
        if (given.Text(_class) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < classes ? number
                : throw new UsageException($"{_class.Name} is '{text}', but the network has {classes} classes (0 to {classes - 1}).");
        }

        var names = net.Classes
            ?? throw new UsageException(
                $"{_class.Name} is '{text}', but the model does not name its classes; " +
            $"a number from 0 to {classes - 1} was wanted, or --classes with a file of names.");
        var exact = Matching(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        var found = exact.Length > 0 ? exact : Matching(names, n => n.Contains(text, StringComparison.OrdinalIgnoreCase));
        return found switch
        {
            [var one] => one,
            [] => throw new UsageException($"{_class.Name} is '{text}', which no class is called. {NearestName.Hint(text, [.. names])}"),
            _ => throw new UsageException(
                $"{_class.Name} is '{text}', which fits {found.Length} classes: " +
                    $"{string.Join("; ", found.Take(4).Select(i => $"{i} {names[i]}"))}{(found.Length > 4 ? "; ..." : "")}. Take one by its number."),
        };
    }

    private static int[] Matching(IReadOnlyList<string> names, Func<string, bool> fits) => [.. Enumerable.Range(0, names.Count).Where(i => fits(names[i]))];

    private static string? NameOf(ConvNet net, int number) => net.Classes is { } names && number < names.Count ? names[number] : null;

    private void Report(Arguments given, Terminal terminal, GradCamResult result)
    {
        if (result.Max == 0)
            terminal.Note($"Nothing in layer '{result.Layer}' speaks for this class here: the map is zero everywhere.");
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var name = result.ClassName is { } known ? $" {known}" : "";
        terminal.Line($"Class       {result.Class}{name}, score {result.Score:G6}{(given.Has(_class) ? "" : ", the most probable")}");
        terminal.Line($"Layer       {result.Layer}");
        terminal.Line($"{(result.Guided ? "Guided map  " : "Map         ")}up to {result.Max:G4}, written to {result.Out}");
    }
}

/// <summary>What <c>grad-cam --json</c> says; the score is that before a softmax, <c>max</c> the hottest value of the map.</summary>
internal sealed record GradCamResult(string? Model, string Layer, int Class, string? ClassName, float Score, bool Guided, float Max, string Out);
