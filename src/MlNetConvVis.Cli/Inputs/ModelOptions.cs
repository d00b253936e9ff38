using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>
/// How photos become the input of a model that does not say so itself, and how its classes are called. What is given goes before what the
/// model says.
/// </summary>
internal sealed class ModelOptions
{
    public const string Note =
        "A model made by 'convvis train' knows how photos become its input. For any other, say it with --resize, --crop, --mean, --scale or --deviation " +
        "and --channels, or once and for all in a file MODEL.yaml beside MODEL.onnx: " +
        "'preprocessing: { resize: { shortest: 256 }, crop: 224, mean: [104, 117, 123], channels: BGR }' and 'classes: names.txt'. " +
        $"Most ImageNet models of torchvision and timm want '--resize shortest:256 --crop 224 {PixelUnits.Torchvision}'.";

    private readonly ValueOption _resize = new(
        "--resize", "HOW", "shortest:256, warp:256x256 or none",
        "first step for photos: shortest:256 (the shorter side becomes 256), warp:256x256 (height x width), none; default the " +
        "shorter side becomes the input's");
    private readonly ValueOption _crop = new(
        "--crop", "SIZE", "pixels such as 224, or 224x320 (height x width)",
        "second step: cut out the centre; default the model's input size");
    private readonly ValueOption _mean = new(
        "--mean", "A[,B,C]", "one number, or three separated by commas",
        "subtracted from pixels of 0 to 255, for each channel in the model's order; default 0");
    private readonly ValueOption _scale = new(
        "--scale", "A[,B,C]", "one number other than 0, or three separated by commas",
        "multiplied after that; default 1");
    private readonly ValueOption _deviation = new(
        "--deviation", "A[,B,C]", "one number above 0, or three separated by commas",
        "in place of --scale: divided by after that, in the same units as pixels of 0 to 255");
    private readonly ValueOption _channels = new(
        "--channels", "RGB|BGR|GREY", "RGB, BGR or GREY", "the model's channels and their order; default RGB, or GREY where it takes one");
    private readonly ValueOption _classes = new(
        "--classes", "FILE", "a text file with one class name a line",
        "names for the model's outputs, one a line");

    public IEnumerable<Option> All => [_resize, _crop, _mean, _scale, _deviation, _channels, _classes];

    /// <summary>Reads a model with what was given for it.</summary>
    /// <param name="given">The arguments.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="terminal">Where it is said that mean and scale do not look right.</param>
    public ConvNet Load(Arguments given, string model, Terminal terminal)
    {
        var net = Loaded(given, model);
        if (net.Preprocessing is { } preprocessing && PixelUnits.Doubt(preprocessing) is { } doubt) terminal.Note(doubt);
        return net;
    }

    private ConvNet Loaded(Arguments given, string model)
    {
        var net = ExportedProjection.Network(model);
        var classes = given.Text(_classes) is { } file ? ClassNames.Read(file) : net.Classes;
        var isChanged = new Option[] { _resize, _crop, _mean, _scale, _deviation, _channels }.Any(given.Has);
        return isChanged || given.Has(_classes) ? net.With(isChanged ? Preprocessing(given, net) : net.Preprocessing, classes) : net;
    }

    private ImagePreprocessing Preprocessing(Arguments given, ConvNet net)
    {
        var (height, width) = given.Text(_crop) is { } crop ? Size(_crop, crop) : SizeOf(net);
        var unsaid = new ImagePreprocessing { Height = height, Width = width, Channels = IsGrey(net) ? ChannelOrder.Grey : ChannelOrder.Rgb };
        var basis = net.Preprocessing is { } said ? said with { Height = height, Width = width } : unsaid;
        var changed = Resized(given, basis) with
        {
            Mean = given.Has(_mean) ? PerChannel(given, _mean) : basis.Mean,
            Scale = Scale(given) ?? basis.Scale,
            Channels = given.Choice(_channels, "RGB", "BGR", "GREY") is { } order ? Enum.Parse<ChannelOrder>(order, ignoreCase: true) : basis.Channels,
        };
        try
        {
            return changed.Checked();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static bool IsGrey(ConvNet net) => net.Image.Shape is { Rank: 4 } shape && shape[net.Axes.Channels] is { IsKnown: true, Size: 1 };

    private ChannelValues? Scale(Arguments given)
    {
        if (!given.Has(_deviation)) return given.Has(_scale) ? PerChannel(given, _scale) : null;
        if (given.Has(_scale))
            throw new UsageException($"{_scale.Name} and {_deviation.Name} were both given; --deviation D means --scale 1/D, so leave out one.");
        var d = PerChannel(given, _deviation);
        return d.C0 > 0 && d.C1 > 0 && d.C2 > 0 ? new ChannelValues(1 / d.C0, 1 / d.C1, 1 / d.C2) : throw Arguments.Wrong(_deviation, given.Text(_deviation)!);
    }

    private static (int Height, int Width) SizeOf(ConvNet net) => net.Preprocessing is { } known ? (known.Height, known.Width)
        : net.Image.Shape is { Rank: 4 } shape && shape[net.Axes.Rows].IsKnown && shape[net.Axes.Columns].IsKnown
            ? ((int)shape[net.Axes.Rows].Size, (int)shape[net.Axes.Columns].Size)
        : throw new UsageException("the model takes photos of any size; say which with --crop, such as --crop 224.");

    private ImagePreprocessing Resized(Arguments given, ImagePreprocessing basis)
    {
        if (given.Text(_resize) is not { } text) return basis;
        var plain = basis with { ShortestSide = null, WarpHeight = null, WarpWidth = null };
        if (text == "none") return plain with { Resize = ResizeMode.None };
        switch (text.Split(':'))
        {
            case ["shortest", var side] when IsSize(side, out var pixels):
                return plain with { Resize = ResizeMode.Shortest, ShortestSide = pixels };
            case ["warp", var sides]:
                var (height, width) = Size(_resize, sides, text);
                return plain with { Resize = ResizeMode.Warp, WarpHeight = height, WarpWidth = width };
            default:
                throw Arguments.Wrong(_resize, text);
        }
    }

    /// <summary>Reads a size that is all of an option's value, or the end of it.</summary>
    private static (int Height, int Width) Size(ValueOption option, string text, string? whole = null) => text.Split('x') switch
    {
        [var side] when IsSize(side, out var pixels) => (pixels, pixels),
        [var rows, var columns] when IsSize(rows, out var height) && IsSize(columns, out var width) => (height, width),
        _ => throw Arguments.Wrong(option, whole ?? text),
    };

    private static bool IsSize(string text, out int pixels) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pixels) && pixels is > 0 and <= 1 << 16;

    private static float Number(ValueOption option, string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? number : throw Arguments.Wrong(option, text);

    private static ChannelValues PerChannel(Arguments given, ValueOption option)
    {
        var texts = given.Items(option);
        var numbers = texts.Select(text => Number(option, text)).ToArray();
        return numbers switch
        {
            [var all] => new ChannelValues(all),
            [var a, var b, var c] => new ChannelValues(a, b, c),
            _ => throw Arguments.Wrong(option, string.Join(',', texts)),
        };
    }
}
