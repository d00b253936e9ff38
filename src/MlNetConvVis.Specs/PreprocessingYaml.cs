using MlNetConvVis.Imaging;
using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs;

/// <summary>
/// Reads the <c>preprocessing</c> section of network specs, and of the file beside a foreign model. Keys: <c>resize</c> ({ shortest: pixels },
/// { height: rows, width: columns } or none; without it the shorter side becomes the longer side of the canvas), <c>canvas</c> (pixels, or [rows, columns]:
/// the centre of this size is what crops are cut from, at random in training, in the middle or at ten places afterwards; without it the input's size),
/// <c>crop</c> (the input's size), <c>filter</c> (bilinear, bicubic), <c>channels</c> (RGB, BGR, or grey where the input has one), and for every channel c
/// <c>x = (pixel - mean[c]) * scale[c]</c> with the pixel from 0 to 255: <c>mean</c> (or <c>per-pixel</c>: the mean of each pixel of the canvas over the
/// pictures trained on), and <c>scale</c> or <c>deviation</c> (1 / scale); one number, or three in the network's
/// channel order.
/// </summary>
public static class PreprocessingYaml
{
    private const int LargestSide = 1 << 16;

    private static readonly Dictionary<string, ChannelOrder> s_channelOrders = new()
    {
        ["RGB"] = ChannelOrder.Rgb,
        ["BGR"] = ChannelOrder.Bgr,
        ["grey"] = ChannelOrder.Grey
    };

    private static readonly Dictionary<string, ResampleFilter> s_filters = new()
    {
        ["bilinear"] = ResampleFilter.Bilinear,
        ["bicubic"] = ResampleFilter.Bicubic
    };

    /// <summary>Reads the section.</summary>
    /// <param name="map">The section.</param>
    /// <param name="input">The size of the network's input; null where it is free, then <c>crop</c> decides.</param>
    /// <param name="inputChannels">The channels of the network's input; null where they are not known.</param>
    /// <returns>The preprocessing, checked.</returns>
    /// <exception cref="SpecException">A key is unknown, a value is out of range, or <c>crop</c> or <c>channels</c> is not the input's; with its
    /// place.</exception>
    public static ImagePreprocessing Read(YamlMap map, Extent? input, long? inputChannels)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.EnsureNoOtherKeys("resize", "canvas", "crop", "filter", "channels", "mean", "scale", "deviation");
        if (map.Has("scale") && map.Has("deviation"))
            throw map["deviation"].Error("'scale' and 'deviation' are both there; 'deviation: d' means 'scale: 1/d', so leave out one.");
        var (size, perPixel, channels) = (Size(map, input), IsPerPixel(map.Find("mean")), Channels(map, inputChannels));
        var canvas = map.Find("canvas") is { } larger ? LayerValues.Extent(larger, least: Math.Max(size.Height, size.Width)) : size;
        return Resized(map.Find("resize"), new ImagePreprocessing
        {
            Width = size.Width,
            Height = size.Height,
            CanvasWidth = canvas == size ? null : canvas.Width,
            CanvasHeight = canvas == size ? null : canvas.Height,
        }) with
        {
            Filter = map.Choice("filter", s_filters, ResampleFilter.Bilinear),
            Channels = channels,
            PerPixelMean = perPixel,
            Mean = !perPixel && map.Find("mean") is { } mean ? PerChannel(mean, float.MinValue, channels) : default,
            Scale = map.Find("deviation") is { } deviation ? Inverse(PerChannel(deviation, 1e-6f, channels))
                : map.Find("scale") is { } scale ? PerChannel(scale, 1e-6f, channels) : new ChannelValues(1),
        };
    }

    private static ChannelOrder Channels(YamlMap map, long? ofInput)
    {
        if (ofInput is not (null or 1 or 3))
            throw map.Error($"pictures have three channels, or one when grey, but the model takes {ofInput}; leave out '{map.Path}' and feed tensors.");
        var channels = map.Choice("channels", s_channelOrders, ofInput == 1 ? ChannelOrder.Grey : ChannelOrder.Rgb);
        var isGrey = channels == ChannelOrder.Grey;
        return ofInput is null || isGrey == (ofInput == 1) ? channels
            : throw map["channels"].Error(isGrey
                ? "the input has 3 channels; 'grey' makes one, RGB or BGR is wanted."
                : "the input has 1 channel; 'grey' is wanted.");
    }

    private static bool IsPerPixel(YamlValue? mean) => mean is { Kind: YamlKind.Scalar } && mean.AsText() == "per-pixel";

    private static Extent Size(YamlMap map, Extent? input)
    {
        if (map.Find("crop") is not { } crop)
            return input ?? throw map.Error($"the network takes pictures of any size, so '{map.Path}' needs 'crop' (pixels, or [rows, columns]).");
        var size = LayerValues.Extent(crop, least: 1);
        return input is null || size == input ? size
            : throw crop.Error($"'{crop.Path}' cuts out {size}, but the input is {input}; make them equal, or leave out 'crop'.");
    }

    private static ImagePreprocessing Resized(YamlValue? value, ImagePreprocessing plain)
    {
        if (value is null) return plain;
        if (value.Kind == YamlKind.Scalar && value.AsText() == "none") return plain with { Resize = ResizeMode.None };
        if (value.Kind != YamlKind.Map) throw value.Wrong("{ shortest: pixels }, { height: rows, width: columns } or none");
        var map = value.AsMap();
        map.EnsureNoOtherKeys("shortest", "height", "width");
        if (!map.Has("shortest"))
        {
            return plain with
            {
                Resize = ResizeMode.Warp,
                WarpHeight = map.Int("height", least: plain.CanvasSize.Height, most: LargestSide),
                WarpWidth = map.Int("width", least: plain.CanvasSize.Width, most: LargestSide),
            };
        }

        if (map.Has("height") || map.Has("width"))
            throw value.Error($"'{value.Path}' has 'shortest' beside 'height' or 'width'; one way of resizing was wanted.");
        return plain with { ShortestSide = map.Int("shortest", least: Math.Max(plain.CanvasSize.Height, plain.CanvasSize.Width), most: LargestSide) };
    }

    private static ChannelValues PerChannel(YamlValue value, float least, ChannelOrder channels) => value.AsOneOrMore() switch
    {
        [var all] => new ChannelValues(all.AsFloat(least)),
        _ when channels == ChannelOrder.Grey => throw value.Wrong("one number, as there is one channel"),
        [var a, var b, var c] => new ChannelValues(a.AsFloat(least), b.AsFloat(least), c.AsFloat(least)),
        _ => throw value.Wrong("one number, or three, one a channel"),
    };

    private static ChannelValues Inverse(ChannelValues values) => new(1 / values.C0, 1 / values.C1, 1 / values.C2);
}
