using System.Numerics;
using System.Numerics.Tensors;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>Varies pictures and turns them into the network's numbers. Not for several threads at a time.</summary>
internal sealed class Augmenter(Augmentation options, ImagePreprocessing preprocessing)
{
    private readonly int _width = preprocessing.Width;
    private readonly int _height = preprocessing.Height;
    private readonly (int Width, int Height) _canvas = preprocessing.CanvasSize;
    private readonly float[] _planes = new float[3 * preprocessing.Width * preprocessing.Height];
    private readonly float[] _means = preprocessing.MeanImage is null ? [] : new float[3 * preprocessing.Width * preprocessing.Height];
    private readonly int[] _columns = new int[preprocessing.Width];

    /// <summary>Varies one picture.</summary>
    /// <param name="frame">The picture, of the canvas's size.</param>
    /// <param name="random">Its random numbers; how many are drawn does not depend on the picture.</param>
    /// <param name="nchw">Takes channels * Height * Width floats.</param>
    public void Apply(RgbImage frame, SplitMix64 random, Span<float> nchw)
    {
        Array.Clear(_means);
        var mirror = options.Flip && (random.Next() & 1) == 1;
        var (dx, dy) = (Shift(random), Shift(random));
        var crop = Crop(random);
        if (options.IsWarp) Warp(frame, mirror, (dx, dy), crop, random);
        else Move(frame, mirror, (dx - (mirror ? _canvas.Width - _width - crop.X : crop.X), dy - crop.Y));
        if (options.ChangesColour) ChangeColours(random);
        if (options.Jitter is { } jitter) ColourChanges.Jitter(jitter, _planes, random);
        Normalize(nchw);
    }

    private int Shift(SplitMix64 random) => options.Shift == 0 ? 0 : random.Below((2 * options.Shift) + 1) - options.Shift;

    private (int X, int Y) Crop(SplitMix64 random)
    {
        var window = preprocessing.CentreWindow;
        return options.CentreCrop || _canvas == (_width, _height) ? (window.X, window.Y)
            : (random.Below(_canvas.Width - _width + 1), random.Below(_canvas.Height - _height + 1));
    }

    /// <summary>Whole pixels only: a table of source columns, then rows copied through it. The mean image goes the same way.</summary>
    private void Move(RgbImage frame, bool mirror, (int X, int Y) by)
    {
        for (var x = 0; x < _width; x++)
        {
            var column = Inside(x - by.X, _canvas.Width);
            _columns[x] = column < 0 ? -1 : 3 * (mirror ? _canvas.Width - 1 - column : column);
        }

        var plane = _width * _height;
        for (var y = 0; y < _height; y++)
        {
            var row = Inside(y - by.Y, _canvas.Height);
            var source = row < 0 ? [] : frame.Pixels.Slice(3 * row * _canvas.Width, 3 * _canvas.Width);
            for (var x = 0; x < _width; x++)
            {
                var at = (y * _width) + x;
                var from = _columns[x];
                var (r, g, b) = row < 0 || from < 0
                    ? (options.Background.R, options.Background.G, options.Background.B) : (source[from], source[from + 1], source[from + 2]);
                (_planes[at], _planes[at + plane], _planes[at + plane + plane]) = (r, g, b);
                if (_means.Length > 0) AddMean(at, Math.Max(0, from) / 3, Math.Max(0, row), 1);
            }
        }
    }

    /// <summary>
    /// Turns and scales about the centre, with bilinear weights: the pixel at p shows what lies at R(-angle) (p - centre - shift) / scale + centre.
    /// </summary>
    private void Warp(RgbImage frame, bool mirror, (int X, int Y) by, (int X, int Y) crop, SplitMix64 random)
    {
        var angle = random.Signed() * options.Rotation * (MathF.PI / 180);
        var scale = 1 + (random.Signed() * options.Scale);
        var (cos, sin) = (MathF.Cos(angle) / scale, MathF.Sin(angle) / scale);
        var (cx, cy, sign) = ((_width - 1) / 2f, (_height - 1) / 2f, mirror ? -1f : 1f);
        var pixels = frame.Pixels;
        var at = 0;
        for (var y = 0; y < _height; y++)
        {
            var v = y - cy - by.Y;
            for (var x = 0; x < _width; x++, at++)
            {
                var u = x - cx - by.X;
                var (sx, sy) = (crop.X + cx + (sign * ((cos * u) + (sin * v))), crop.Y + cy + (cos * v) - (sin * u));
                var (fx, fy) = (MathF.Floor(sx), MathF.Floor(sy));
                var (column, row) = ((int)fx, (int)fy);
                var isInside = (uint)column < (uint)(_canvas.Width - 1) && (uint)row < (uint)(_canvas.Height - 1) && _means.Length == 0;
                if (isInside) SampleInside(pixels[(3 * ((row * _canvas.Width) + column))..], sx - fx, sy - fy, at);
                else Sample(frame, (column, row), sx - fx, sy - fy, at);
            }
        }
    }

    /// <summary>The same as <see cref="Sample"/> where all four neighbours are pixels of the picture and no mean image is needed: nearly everywhere.</summary>
    private void SampleInside(ReadOnlySpan<byte> pixels, float ax, float ay, int at)
    {
        var plane = _width * _height;
        var below = pixels[(3 * _canvas.Width)..];
        var (w0, w1, w2, w3) = ((1 - ax) * (1 - ay), ax * (1 - ay), (1 - ax) * ay, ax * ay);
        for (var colour = 0; colour < 3; colour++, at += plane)
            _planes[at] = (w0 * pixels[colour]) + (w1 * pixels[colour + 3]) + (w2 * below[colour]) + (w3 * below[colour + 3]);
    }

    private void Sample(RgbImage frame, (int X, int Y) first, float ax, float ay, int at)
    {
        var (r, g, b) = (0f, 0f, 0f);
        for (var corner = 0; corner < 4; corner++)
        {
            var (x, y) = (Inside(first.X + (corner & 1), _canvas.Width), Inside(first.Y + (corner >> 1), _canvas.Height));
            var weight = ((corner & 1) == 1 ? ax : 1 - ax) * (corner > 1 ? ay : 1 - ay);
            var from = 3 * ((y * _canvas.Width) + x);
            var outside = x < 0 || y < 0;
            r += weight * (outside ? options.Background.R : frame.Pixels[from]);
            g += weight * (outside ? options.Background.G : frame.Pixels[from + 1]);
            b += weight * (outside ? options.Background.B : frame.Pixels[from + 2]);
            if (_means.Length > 0) AddMean(at, Math.Max(0, x), Math.Max(0, y), weight);
        }

        var plane = _width * _height;
        (_planes[at], _planes[at + plane], _planes[at + plane + plane]) = (r, g, b);
    }

    /// <summary>Adds what is to be taken off a pixel: the mean of the place in the canvas that it came from; of the background, that of the first row or
    /// column.</summary>
    private void AddMean(int at, int x, int y, float weight)
    {
        var (mean, plane) = (preprocessing.MeanImage!, _width * _height);
        for (var colour = 0; colour < 3; colour++) _means[(colour * plane) + at] += weight * mean.Plane(colour)[(y * mean.Width) + x];
    }

    /// <summary>Finds the pixel that stands for a place along an axis: itself, a mirrored or the nearest one, or -1 for the background.</summary>
    private int Inside(int place, int size)
    {
        if ((uint)place < (uint)size) return place;
        if (options.Fill == FillMode.Background) return -1;
        if (options.Fill == FillMode.Edge || size == 1) return Math.Clamp(place, 0, size - 1);
        var period = 2 * (size - 1);
        var folded = ((place % period) + period) % period;
        return folded < size ? folded : period - folded;
    }

    /// <summary>v' = contrast * (M v - 127.5) + 127.5 + brightness, kept within 0 to 255; each row of M sums to 1.</summary>
    private void ChangeColours(SplitMix64 random)
    {
        Span<float> mix = stackalloc float[9];
        for (var row = 0; row < 3; row++)
        {
            var sum = 0f;
            for (var column = 0; column < 3; column++) sum += mix[(3 * row) + column] = (row == column ? 1 : 0) + (random.Signed() * options.ColourMix);
            for (var column = 0; column < 3; column++) mix[(3 * row) + column] /= sum;
        }

        var contrast = 1 + (random.Signed() * options.Contrast);
        var offset = (127.5f * (1 - contrast)) + (random.Signed() * options.Brightness * 255);
        var plane = _width * _height;
        var red = _planes.AsSpan(0, plane);
        var green = _planes.AsSpan(plane, plane);
        var blue = _planes.AsSpan(2 * plane, plane);
        var whole = plane - (plane % Vector<float>.Count);
        for (var i = 0; i < whole; i += Vector<float>.Count)
        {
            var (r, g, b) = (contrast * new Vector<float>(red[i..]), contrast * new Vector<float>(green[i..]), contrast * new Vector<float>(blue[i..]));
            Mixed(mix, r, g, b, offset).CopyTo(red[i..]);
            Mixed(mix[3..], r, g, b, offset).CopyTo(green[i..]);
            Mixed(mix[6..], r, g, b, offset).CopyTo(blue[i..]);
        }

        for (var i = whole; i < plane; i++)
        {
            var (r, g, b) = (contrast * red[i], contrast * green[i], contrast * blue[i]);
            red[i] = Math.Clamp((mix[0] * r) + (mix[1] * g) + (mix[2] * b) + offset, 0, 255);
            green[i] = Math.Clamp((mix[3] * r) + (mix[4] * g) + (mix[5] * b) + offset, 0, 255);
            blue[i] = Math.Clamp((mix[6] * r) + (mix[7] * g) + (mix[8] * b) + offset, 0, 255);
        }
    }

    private static Vector<float> Mixed(ReadOnlySpan<float> mix, Vector<float> red, Vector<float> green, Vector<float> blue, float offset) =>
        Vector.Min(Vector.Max((mix[0] * red) + (mix[1] * green) + (mix[2] * blue) + new Vector<float>(offset), Vector<float>.Zero), new Vector<float>(255));

    private void Normalize(Span<float> nchw)
    {
        if (preprocessing.Channels == ChannelOrder.Grey) ToGrey();
        var plane = _width * _height;
        for (var channel = 0; channel < preprocessing.ChannelCount; channel++)
        {
            var colour = preprocessing.Channels == ChannelOrder.Bgr ? 2 - channel : channel;
            var source = _planes.AsSpan(colour * plane, plane);
            var target = nchw.Slice(channel * plane, plane);
            var (mean, scale) = (preprocessing.Mean[channel], preprocessing.Scale[channel]);
            if (_means.Length > 0) TensorPrimitives.Subtract(source, _means.AsSpan(colour * plane, plane), target);
            else TensorPrimitives.Subtract(source, mean, target);
            TensorPrimitives.Multiply(target, scale, target);
        }
    }

    /// <summary>Writes the grey of picture and mean over their first planes.</summary>
    private void ToGrey()
    {
        var plane = _width * _height;
        foreach (var planes in new[] { _planes, _means })
        {
            for (var i = 0; i < Math.Min(plane, planes.Length); i++) planes[i] = GreyLevel.Of(planes[i], planes[i + plane], planes[i + plane + plane]);
        }
    }
}
