namespace MlNetConvVis.Imaging;

public sealed partial record ImagePreprocessing
{
    /// <summary>Resizes a picture and cuts out its centre: what the network sees, still as 8-bit RGB of Width x Height.</summary>
    /// <param name="image">A picture of any size; with <see cref="ResizeMode.None"/> at least Width x Height.</param>
    /// <exception cref="ArgumentException">Without resizing, the picture is smaller than the input.</exception>
    /// <remarks>Sizes and offsets are those of torchvision's Resize and CenterCrop: the longer side is cut to whole pixels, half pixels of
    /// an offset go to the even neighbour.</remarks>
    public RgbImage Frame(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (width, height) = ResizedSize(image.Width, image.Height);
        if (width < Width || height < Height)
        {
            throw new ArgumentException(
                $"A picture of {image.Width}x{image.Height} is smaller than the network's input {Width}x{Height}, " +
                "and preprocessing says resize 'none'. Choose 'warp' or 'shortest'.", nameof(image));
        }

        var window = new PixelWindow(CentreOffset(width, Width), CentreOffset(height, Height), Width, Height);
        return image.Resize(width, height, Filter, window);
    }

    /// <summary>Turns a picture of exactly Width x Height into the network's numbers.</summary>
    /// <param name="frame">What <see cref="Frame"/> gave.</param>
    /// <param name="tensor">Takes 3 * Height * Width floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    /// <exception cref="ArgumentException">The picture or the span has another size.</exception>
    public void Normalize(RgbImage frame, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Width != Width || frame.Height != Height)
        {
            throw new ArgumentException(
                $"The picture is {frame.Width}x{frame.Height}, the network's input {Width}x{Height}. Call Frame first.", nameof(frame));
        }

        CheckLength(tensor.Length, nameof(tensor));
        var plane = Width * Height;
        Span<float> value = stackalloc float[256];       // 256 possible pixels: one table a channel instead of arithmetic for every pixel
        for (var channel = 0; channel < 3; channel++)
        {
            for (var p = 0; p < 256; p++)
                value[p] = (p - Mean[channel]) * Scale[channel];
            var pixels = frame.Pixels[SourceChannel(channel)..];
            var (first, step) = Place(channel, plane);
            for (var i = 0; i < plane; i++)
                tensor[first + (i * step)] = value[pixels[3 * i]];
        }
    }

    /// <summary>Does it all: <see cref="Frame"/>, then <see cref="Normalize"/>.</summary>
    /// <param name="image">A picture of any size.</param>
    /// <param name="tensor">Takes 3 * Height * Width floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    public void Preprocess(RgbImage image, Span<float> tensor)
    {
        CheckLength(tensor.Length, nameof(tensor));
        Normalize(Frame(image), tensor);
    }

    /// <summary>Turns the network's numbers back into a picture: <c>pixel = x / scale[c] + mean[c]</c>, rounded, kept within 0 to
    /// 255.</summary>
    /// <param name="tensor">3 * Height * Width floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    public RgbImage ToImage(ReadOnlySpan<float> tensor)
    {
        CheckLength(tensor.Length, nameof(tensor));
        var plane = Width * Height;
        var pixels = new byte[3 * plane];
        for (var channel = 0; channel < 3; channel++)
        {
            var (first, step) = Place(channel, plane);
            var target = pixels.AsSpan(SourceChannel(channel));
            for (var i = 0; i < plane; i++)
                target[3 * i] = (byte)Math.Clamp(MathF.Round((tensor[first + (i * step)] / Scale[channel]) + Mean[channel]), 0, 255);
        }

        return new RgbImage(Width, Height, pixels);
    }

    /// <summary>Gets the size that a picture is resized to before the centre is cut out.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    public (int Width, int Height) ResizedSize(int width, int height)
    {
        var shortest = ShortestSide ?? Math.Max(Width, Height);
        return Resize switch
        {
            ResizeMode.None => (width, height),
            ResizeMode.Warp => (WarpWidth ?? Width, WarpHeight ?? Height),
            _ when width <= height => (shortest, (int)((long)shortest * height / width)),
            _ => ((int)((long)shortest * width / height), shortest),
        };
    }

    // (size - crop) / 2, half pixels to even: 0.5 -> 0, 1.5 -> 2, as Python's round does.
    private static int CentreOffset(int size, int crop) => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven);

    /// <summary>Where a channel's first value lies in the tensor, and how far it is to the next.</summary>
    private (int First, int Step) Place(int channel, int plane) => Layout == TensorLayout.Nhwc ? (channel, 3) : (channel * plane, 1);

    private int SourceChannel(int channel) => Channels == ChannelOrder.Rgb ? channel : 2 - channel;

    private void CheckLength(int length, string parameter)
    {
        if (length != TensorLength)
        {
            throw new ArgumentException(
                $"{length} floats do not hold a picture of 3x{Height}x{Width}: {TensorLength} are wanted.", parameter);
        }
    }
}
