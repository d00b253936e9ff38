namespace MlNetConvVis.Imaging;

public sealed partial record ImagePreprocessing
{
    /// <summary>Resizes a picture and cuts out its centre: what the network sees, still as 8-bit RGB of Width x Height.</summary>
    /// <param name="image">A picture of any size; with <see cref="ResizeMode.None"/> at least of the canvas's size.</param>
    /// <exception cref="ArgumentException">Without resizing, the picture is smaller than the input.</exception>
    /// <remarks>Sizes and offsets are those of torchvision's Resize and CenterCrop: the longer side is cut to whole pixels, half pixels of
    /// an offset go to the even neighbour.</remarks>
    public RgbImage Frame(RgbImage image) => Cut(image, CentreWindow);

    /// <summary>Resizes a picture and cuts out its centre of the canvas's size: what crops are cut from.</summary>
    /// <param name="image">A picture of any size; with <see cref="ResizeMode.None"/> at least of the canvas's size.</param>
    /// <exception cref="ArgumentException">Without resizing, the picture is smaller than the canvas.</exception>
    public RgbImage Canvas(RgbImage image) => Cut(image, new PixelWindow(0, 0, CanvasSize.Width, CanvasSize.Height));

    /// <summary>Turns a picture of exactly Width x Height, or the middle of one of the canvas's size, into the network's numbers.</summary>
    /// <param name="frame">What <see cref="Frame"/> or <see cref="Canvas"/> gave.</param>
    /// <param name="tensor">Takes <see cref="TensorLength"/> floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    /// <exception cref="ArgumentException">The picture or the span has another size.</exception>
    public void Normalize(RgbImage frame, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var centre = CentreWindow;
        var isCanvas = (frame.Width, frame.Height) == CanvasSize;
        if (!isCanvas && (frame.Width, frame.Height) != (Width, Height))
        {
            throw new ArgumentException(
                $"The picture is {frame.Width}x{frame.Height}, the network's input {Width}x{Height}. Call Frame first.", nameof(frame));
        }

        Normalize(frame, isCanvas ? (centre.X, centre.Y) : (0, 0), (centre.X, centre.Y), false, tensor);
    }

    /// <summary>Turns a crop of the canvas into the network's numbers; the mean image is cropped and mirrored alike.</summary>
    /// <param name="canvas">What <see cref="Canvas"/> gave.</param>
    /// <param name="x">The crop's leftmost column.</param>
    /// <param name="y">The crop's top row.</param>
    /// <param name="mirrored">Whether the crop is mirrored left to right.</param>
    /// <param name="tensor">As for a whole picture.</param>
    /// <exception cref="ArgumentException">The picture or the span has another size, or the crop does not lie inside the picture.</exception>
    public void Normalize(RgbImage canvas, int x, int y, bool mirrored, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        if ((canvas.Width, canvas.Height) != CanvasSize)
        {
            throw new ArgumentException(
                $"The picture is {canvas.Width}x{canvas.Height}, crops are cut from {CanvasSize.Width}x{CanvasSize.Height}. Call Canvas first.",
                nameof(canvas));
        }

        new PixelWindow(x, y, Width, Height).CheckInside(canvas.Width, canvas.Height);
        Normalize(canvas, (x, y), (x, y), mirrored, tensor);
    }

    /// <summary>Does it all: <see cref="Frame"/>, then <see cref="Normalize(RgbImage, Span{float})"/>.</summary>
    /// <param name="image">A picture of any size.</param>
    /// <param name="tensor">Takes <see cref="TensorLength"/> floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    public void Preprocess(RgbImage image, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(image);
        CheckLength(tensor.Length, nameof(tensor));
        if (ResizedSize(image.Width, image.Height) != (image.Width, image.Height))
        {
            Normalize(Frame(image), tensor);
            return;
        }

        var (window, centre) = (Placed(image, CentreWindow), CentreWindow);      // nothing to resize: read where it lies
        Normalize(image, (window.X, window.Y), (centre.X, centre.Y), false, tensor);
    }

    /// <summary>Turns the network's numbers back into a picture: <c>pixel = x / scale[c] + mean[c]</c>, rounded, kept within 0 to
    /// 255.</summary>
    /// <param name="tensor"><see cref="TensorLength"/> floats, channel by channel or, with <see cref="TensorLayout.Nhwc"/>, pixel by pixel.</param>
    public RgbImage ToImage(ReadOnlySpan<float> tensor)
    {
        CheckLength(tensor.Length, nameof(tensor));
        var plane = Width * Height;
        var pixels = new byte[3 * plane];
        var (mean, window) = (PerPixelMean ? Known() : null, CentreWindow);
        for (var colour = 0; colour < 3; colour++)
        {
            var channel = ChannelOf(colour);
            var (first, step) = Place(channel, plane);
            for (var i = 0; i < plane; i++)
            {
                var (row, column) = Math.DivRem(i, Width);
                var off = mean is null ? Mean[channel] : MeanAt(mean, colour, ((window.Y + row) * mean.Width) + window.X + column);
                pixels[(3 * i) + colour] = (byte)Math.Clamp(MathF.Round((tensor[first + (i * step)] / Scale[channel]) + off), 0, 255);
            }
        }

        return new RgbImage(Width, Height, pixels);
    }

    /// <summary>Gets the size that a picture is resized to before the centre is cut out.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    public (int Width, int Height) ResizedSize(int width, int height)
    {
        var canvas = CanvasSize;
        var shortest = ShortestSide ?? Math.Max(canvas.Width, canvas.Height);
        return Resize switch
        {
            ResizeMode.None => (width, height),
            ResizeMode.Warp => (WarpWidth ?? canvas.Width, WarpHeight ?? canvas.Height),
            _ when width <= height => (shortest, (int)((long)shortest * height / width)),
            _ => ((int)((long)shortest * width / height), shortest),
        };
    }

    /// <summary>Gets what a window of the network's input shows of the picture that the input was made of.</summary>
    /// <param name="window">In pixels of the input.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <returns>In pixels of the picture; those that the window touches, inside the picture.</returns>
    public PixelWindow InPicture(PixelWindow window, int width, int height)
    {
        window.CheckInside(Width, Height);
        var (resized, canvas, centre) = (ResizedSize(width, height), CanvasSize, CentreWindow);
        var (left, right) = Stretched(window.X + centre.X + CentreOffset(resized.Width, canvas.Width), window.Width, resized.Width, width);
        var (top, bottom) = Stretched(window.Y + centre.Y + CentreOffset(resized.Height, canvas.Height), window.Height, resized.Height, height);
        return new PixelWindow(left, top, right - left, bottom - top);
    }

    private static (int First, int End) Stretched(int start, int length, int resized, int original)
    {
        var first = Math.Min((int)((long)start * original / resized), original - 1);
        var end = (int)((((long)(start + length) * original) + resized - 1) / resized);
        return (first, Math.Clamp(end, first + 1, original));
    }

    private RgbImage Cut(RgbImage image, PixelWindow window)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (width, height) = ResizedSize(image.Width, image.Height);
        return image.Resize(width, height, Filter, Placed(image, window));
    }

    /// <summary>Finds a window of the canvas in the resized picture.</summary>
    /// <exception cref="ArgumentException">The resized picture is smaller than the canvas.</exception>
    private PixelWindow Placed(RgbImage image, PixelWindow window)
    {
        var ((width, height), canvas) = (ResizedSize(image.Width, image.Height), CanvasSize);
        if (width < canvas.Width || height < canvas.Height)
        {
            throw new ArgumentException(
                $"A picture of {image.Width}x{image.Height} is smaller than the network's input {canvas.Width}x{canvas.Height}, " +
                "and preprocessing says resize 'none'. Choose 'warp' or 'shortest'.", nameof(image));
        }

        return window with { X = CentreOffset(width, canvas.Width) + window.X, Y = CentreOffset(height, canvas.Height) + window.Y };
    }

    private void Normalize(RgbImage picture, (int X, int Y) from, (int X, int Y) inMean, bool mirrored, Span<float> tensor)
    {
        CheckLength(tensor.Length, nameof(tensor));
        if (Channels == ChannelOrder.Grey) NormalizeGrey(picture, from, inMean, mirrored, tensor);
        else NormalizeColours(picture, from, inMean, mirrored, tensor);
    }

    private void NormalizeGrey(RgbImage picture, (int X, int Y) from, (int X, int Y) inMean, bool mirrored, Span<float> tensor)
    {
        var mean = PerPixelMean ? Known() : null;
        for (var row = 0; row < Height; row++)
        {
            var pixels = picture.Pixels.Slice(3 * (((from.Y + row) * picture.Width) + from.X), 3 * Width);
            for (var x = 0; x < Width; x++)
            {
                var column = mirrored ? Width - 1 - x : x;
                var off = mean is null ? Mean[0] : MeanAt(mean, 0, ((inMean.Y + row) * mean.Width) + inMean.X + column);
                var pixel = pixels.Slice(3 * column, 3);
                tensor[(row * Width) + x] = (GreyLevel.Of(pixel[0], pixel[1], pixel[2]) - off) * Scale[0];
            }
        }
    }

    private void NormalizeColours(RgbImage picture, (int X, int Y) from, (int X, int Y) inMean, bool mirrored, Span<float> tensor)
    {
        var plane = Width * Height;
        Span<float> value = stackalloc float[256];       // 256 possible pixels: one table a channel instead of arithmetic for every pixel
        for (var channel = 0; channel < 3; channel++)
        {
            for (var p = 0; p < 256; p++)
                value[p] = (p - Mean[channel]) * Scale[channel];
            var (first, step) = Place(channel, plane);
            var (colour, means) = (ChannelOf(channel), PerPixelMean ? Known() : null);
            for (var row = 0; row < Height; row++)
            {
                var pixels = picture.Pixels.Slice(3 * (((from.Y + row) * picture.Width) + from.X), 3 * Width);
                var target = tensor[(first + (row * Width * step))..];
                if (means is null && step == 1 && !mirrored)
                {
                    PixelPlanes.Normalize(pixels, colour, Mean[channel], Scale[channel], target[..Width]);
                    continue;
                }

                if (means is null)
                {
                    LookUpRow(pixels[colour..], value, target[..(((Width - 1) * step) + 1)], step, mirrored);
                    continue;
                }

                var off = means.Plane(colour).Slice(((inMean.Y + row) * means.Width) + inMean.X, Width);
                SubtractRow(pixels[colour..], off, Scale[channel], target, step, mirrored);
            }
        }
    }

    private static void LookUpRow(ReadOnlySpan<byte> pixels, ReadOnlySpan<float> value, Span<float> target, int step, bool mirrored)
    {
        var (from, forward) = mirrored ? (pixels.Length - 1 - ((pixels.Length - 1) % 3), -3) : (0, 3);
        for (var at = 0; at < target.Length; at += step, from += forward) target[at] = value[pixels[from]];
    }

    private static void SubtractRow(ReadOnlySpan<byte> pixels, ReadOnlySpan<float> means, float scale, Span<float> target, int step, bool mirrored)
    {
        for (var x = 0; x < means.Length; x++)
        {
            var from = mirrored ? means.Length - 1 - x : x;
            target[x * step] = (pixels[3 * from] - means[from]) * scale;
        }
    }

    /// <summary>Gets the mean image.</summary>
    /// <exception cref="InvalidOperationException">It is not known.</exception>
    private PixelMean Known() => MeanImage ?? throw new InvalidOperationException(
        "Preprocessing takes a mean of each pixel off, which is worked out in training and is not there yet. " +
        "Train the network, or give it one mean a channel.");

    // (size - crop) / 2, half pixels to even: 0.5 -> 0, 1.5 -> 2, as Python's round does.
    private static int CentreOffset(int size, int crop) => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven);

    /// <summary>Where a channel's first value lies in the tensor, and how far it is to the next.</summary>
    private (int First, int Step) Place(int channel, int plane) => Layout == TensorLayout.Nhwc ? (channel, ChannelCount) : (channel * plane, 1);

    /// <summary>The channel that holds a colour (0 red, 1 green, 2 blue); of three channels also the colour that a channel holds.</summary>
    private int ChannelOf(int colour) => Channels switch
    {
        ChannelOrder.Rgb => colour,
        ChannelOrder.Bgr => 2 - colour,
        _ => 0,
    };

    /// <summary>What is taken off a colour at a pixel of the mean image; of one channel, its grey.</summary>
    private float MeanAt(PixelMean mean, int colour, int pixel) => Channels == ChannelOrder.Grey
        ? GreyLevel.Of(mean.Plane(0)[pixel], mean.Plane(1)[pixel], mean.Plane(2)[pixel]) : mean.Plane(colour)[pixel];

    private void CheckLength(int length, string parameter)
    {
        if (length != TensorLength)
        {
            throw new ArgumentException(
                $"{length} floats do not hold a picture of {ChannelCount}x{Height}x{Width}: {TensorLength} are wanted.", parameter);
        }
    }
}
