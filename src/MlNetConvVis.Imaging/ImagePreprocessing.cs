using System.Text.Json.Serialization;

namespace MlNetConvVis.Imaging;

/// <summary>
/// What a network wants done to a picture: resize, cut out the centre, then for every tensor channel c
/// <c>x = (pixel - mean[c]) * scale[c]</c> with the pixel from 0 to 255. Travels as JSON in a model's metadata under
/// <see cref="MetadataKey"/>.
/// </summary>
public sealed partial record ImagePreprocessing
{
    /// <summary>The key under which the JSON form lies in the metadata of an ONNX model.</summary>
    public const string MetadataKey = "convvis.preprocessing";

    /// <summary>Gets the columns of the network's input.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the rows of the network's input.</summary>
    public required int Height { get; init; }

    /// <summary>Gets the columns of the picture that crops are cut from: in the middle for one crop, anywhere in training, at ten places by
    /// <see cref="TenCrops"/>. The paper has 256 for an input of 224.</summary>
    /// <value>The default is null: <see cref="Width"/>.</value>
    public int? CanvasWidth { get; init; }

    /// <summary>Gets the rows of the picture that crops are cut from.</summary>
    /// <value>The default is null: <see cref="Height"/>.</value>
    public int? CanvasHeight { get; init; }

    /// <summary>Gets how the picture is resized before the centre of the canvas's size is cut out.</summary>
    /// <value>The default is <see cref="ResizeMode.Shortest"/>.</value>
    public ResizeMode Resize { get; init; } = ResizeMode.Shortest;

    /// <summary>Gets the length that <see cref="ResizeMode.Shortest"/> gives the shorter side; the longer one is cut to whole
    /// pixels.</summary>
    /// <value>The default is null: the larger side of the canvas.</value>
    public int? ShortestSide { get; init; }

    /// <summary>Gets the columns that <see cref="ResizeMode.Warp"/> resizes to.</summary>
    /// <value>The default is null: that of the canvas.</value>
    public int? WarpWidth { get; init; }

    /// <summary>Gets the rows that <see cref="ResizeMode.Warp"/> resizes to.</summary>
    /// <value>The default is null: that of the canvas.</value>
    public int? WarpHeight { get; init; }

    /// <summary>Gets the filter used for resizing.</summary>
    /// <value>The default is <see cref="ResampleFilter.Bilinear"/>.</value>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bilinear;

    /// <summary>Gets which channels the tensor has, and their order.</summary>
    /// <value>The default is <see cref="ChannelOrder.Rgb"/>.</value>
    public ChannelOrder Channels { get; init; } = ChannelOrder.Rgb;

    /// <summary>Gets the order of the tensor's dimensions.</summary>
    /// <value>The default is <see cref="TensorLayout.Nchw"/>.</value>
    public TensorLayout Layout { get; init; } = TensorLayout.Nchw;

    /// <summary>Gets what is subtracted, in units of 0 to 255, for each tensor channel (so blue first where the order is BGR).</summary>
    /// <value>The default is 0.</value>
    public ChannelValues Mean { get; init; }

    /// <summary>Gets whether each pixel has a mean of its own, <see cref="MeanImage"/>, in place of <see cref="Mean"/>: that of the pictures the network is
    /// trained on. It is not known before training.</summary>
    /// <value>The default is false.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PerPixelMean { get; init; }

    /// <summary>Gets what is subtracted with <see cref="PerPixelMean"/>: of the canvas's size, and cropped and mirrored as the picture is.</summary>
    /// <value>The default is null: not known yet.</value>
    public PixelMean? MeanImage { get; init; }

    /// <summary>Gets the factor after the subtraction, for each tensor channel; 1/255 gives tensors from 0 to 1.</summary>
    /// <value>The default is 1.</value>
    public ChannelValues Scale { get; init; } = new(1);

    /// <summary>Gets how many channels the tensor has: 3, or 1 with <see cref="ChannelOrder.Grey"/>.</summary>
    [JsonIgnore]
    public int ChannelCount => Channels == ChannelOrder.Grey ? 1 : 3;

    /// <summary>Gets the floats of one preprocessed picture: channels * Height * Width.</summary>
    [JsonIgnore]
    public int TensorLength => checked(ChannelCount * Height * Width);

    /// <summary>Gets the size of the picture that crops are cut from.</summary>
    [JsonIgnore]
    public (int Width, int Height) CanvasSize => (CanvasWidth ?? Width, CanvasHeight ?? Height);

    /// <summary>Gets where the one crop in the middle lies in the canvas; half pixels go to the even neighbour, as in torchvision's CenterCrop.</summary>
    [JsonIgnore]
    public PixelWindow CentreWindow => new(CentreOffset(CanvasSize.Width, Width), CentreOffset(CanvasSize.Height, Height), Width, Height);

    /// <summary>
    /// Takes mean and deviation as PyTorch's models state them, for pixels from 0 to 1: <c>(p/255 - m) / d = (p - 255 m) * 1/(255 d)</c>.
    /// </summary>
    /// <param name="mean">Mean of each tensor channel, 0 to 1.</param>
    /// <param name="deviation">Standard deviation of each tensor channel, 0 to 1.</param>
    public ImagePreprocessing WithUnitStatistics(ChannelValues mean, ChannelValues deviation) => this with
    {
        Mean = new ChannelValues(255 * mean.C0, 255 * mean.C1, 255 * mean.C2),
        Scale = new ChannelValues(1 / (255 * deviation.C0), 1 / (255 * deviation.C1), 1 / (255 * deviation.C2)),
    };

    /// <summary>Checks every value.</summary>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">A size below 1, a resize that leaves less than the crop, a scale of 0 or a value that is no
    /// number.</exception>
    public ImagePreprocessing Checked()
    {
        if (Width < 1 || Height < 1)
            throw Wrong($"the input size is {Width}x{Height}, at least 1x1 is wanted");
        var canvas = CanvasSize;
        if (canvas.Width < Width || canvas.Height < Height)
            throw Wrong($"the canvas {canvas.Width}x{canvas.Height} is smaller than the input {Width}x{Height} that is cut from it");
        var crop = Math.Max(canvas.Width, canvas.Height);
        if (Resize == ResizeMode.Shortest && (ShortestSide ?? crop) < crop)
            throw Wrong($"the shortest side {ShortestSide} is less than the crop {canvas.Width}x{canvas.Height}, make it {crop} or more");
        if (Resize == ResizeMode.Warp && ((WarpWidth ?? canvas.Width) < canvas.Width || (WarpHeight ?? canvas.Height) < canvas.Height))
            throw Wrong($"warping to {WarpWidth ?? canvas.Width}x{WarpHeight ?? canvas.Height} leaves less than the crop {canvas.Width}x{canvas.Height}");
        for (var c = 0; c < 3; c++)
        {
            if (!float.IsFinite(Mean[c]) || !float.IsFinite(Scale[c]) || Scale[c] == 0)
                throw Wrong($"mean {Mean[c]} and scale {Scale[c]} of channel {c} must be numbers, the scale not 0");
        }

        if (Channels == ChannelOrder.Grey && (Mean != new ChannelValues(Mean.C0) || Scale != new ChannelValues(Scale.C0)))
            throw Wrong("mean and scale of three channels were given, but there is one channel, grey; one number each is wanted");
        if (PerPixelMean && Mean != default) throw Wrong("a mean of each pixel and one of each channel were both given, one was wanted");
        if (MeanImage is not null && !PerPixelMean) throw Wrong("there is a mean image, but no mean of each pixel is wanted");
        if (MeanImage is { } mean && (mean.Width, mean.Height) != canvas)
            throw Wrong($"the mean image is {mean.Width}x{mean.Height}, the picture that it is taken off {canvas.Width}x{canvas.Height}");
        return this;
    }

    private static ArgumentException Wrong(string what) => new($"Preprocessing: {what}.");
}
