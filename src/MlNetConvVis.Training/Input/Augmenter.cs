using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>Varies pictures and turns them into the network's numbers. Not for several threads at a time.</summary>
internal sealed class Augmenter(Augmentation options, ImagePreprocessing preprocessing)
{
    private readonly int _width = preprocessing.Width;
    private readonly int _height = preprocessing.Height;
    private readonly float[] _planes = new float[3 * preprocessing.Width * preprocessing.Height];
    private readonly int[] _columns = new int[preprocessing.Width];

    /// <summary>Varies one picture.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="random">Its random numbers; how many are drawn does not depend on the picture.</param>
    /// <param name="nchw">Takes 3 * Height * Width floats.</param>
    public void Apply(RgbImage frame, SplitMix64 random, Span<float> nchw)
    {
        var mirror = options.Flip && (random.Next() & 1) == 1;
        var (dx, dy) = (Shift(random), Shift(random));
        if (options.IsWarp) Warp(frame, mirror, dx, dy, random);
        else Move(frame, mirror, dx, dy);
        if (options.ChangesColour) ChangeColours(random);
        Normalize(nchw);
    }

    private int Shift(SplitMix64 random) => options.Shift == 0 ? 0 : random.Below((2 * options.Shift) + 1) - options.Shift;

    /// <summary>Whole pixels only: a table of source columns, then rows copied through it.</summary>
    private void Move(RgbImage frame, bool mirror, int dx, int dy)
    {
        for (var x = 0; x < _width; x++)
        {
            var column = Inside(x - dx, _width);
            _columns[x] = column < 0 ? -1 : 3 * (mirror ? _width - 1 - column : column);
        }

        var plane = _width * _height;
        for (var y = 0; y < _height; y++)
        {
            var row = Inside(y - dy, _height);
            var source = row < 0 ? [] : frame.Pixels.Slice(3 * row * _width, 3 * _width);
            for (var x = 0; x < _width; x++)
            {
                var at = (y * _width) + x;
                var from = _columns[x];
                var (r, g, b) = row < 0 || from < 0
                    ? (options.Background.R, options.Background.G, options.Background.B) : (source[from], source[from + 1], source[from + 2]);
                (_planes[at], _planes[at + plane], _planes[at + plane + plane]) = (r, g, b);
            }
        }
    }

    /// <summary>
    /// Turns and scales about the centre, with bilinear weights: the pixel at p shows what lies at R(-angle) (p - centre - shift) / scale + centre.
    /// </summary>
    private void Warp(RgbImage frame, bool mirror, int dx, int dy, SplitMix64 random)
    {
        var angle = random.Signed() * options.Rotation * (MathF.PI / 180);
        var scale = 1 + (random.Signed() * options.Scale);
        var (cos, sin) = (MathF.Cos(angle) / scale, MathF.Sin(angle) / scale);
        var (cx, cy, sign) = ((_width - 1) / 2f, (_height - 1) / 2f, mirror ? -1f : 1f);
        for (var y = 0; y < _height; y++)
        {
            var v = y - cy - dy;
            for (var x = 0; x < _width; x++)
            {
                var u = x - cx - dx;
                Sample(frame, cx + (sign * ((cos * u) + (sin * v))), cy + (cos * v) - (sin * u), (y * _width) + x);
            }
        }
    }

    private void Sample(RgbImage frame, float sx, float sy, int at)
    {
        var (fx, fy) = (MathF.Floor(sx), MathF.Floor(sy));
        var (ax, ay) = (sx - fx, sy - fy);
        var (r, g, b) = (0f, 0f, 0f);
        for (var corner = 0; corner < 4; corner++)
        {
            var (x, y) = (Inside((int)fx + (corner & 1), _width), Inside((int)fy + (corner >> 1), _height));
            var weight = ((corner & 1) == 1 ? ax : 1 - ax) * (corner > 1 ? ay : 1 - ay);
            var from = 3 * ((y * _width) + x);
            var outside = x < 0 || y < 0;
            r += weight * (outside ? options.Background.R : frame.Pixels[from]);
            g += weight * (outside ? options.Background.G : frame.Pixels[from + 1]);
            b += weight * (outside ? options.Background.B : frame.Pixels[from + 2]);
        }

        var plane = _width * _height;
        (_planes[at], _planes[at + plane], _planes[at + plane + plane]) = (r, g, b);
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
        for (var i = 0; i < plane; i++)
        {
            var (r, g, b) = (contrast * red[i], contrast * green[i], contrast * blue[i]);
            red[i] = Math.Clamp((mix[0] * r) + (mix[1] * g) + (mix[2] * b) + offset, 0, 255);
            green[i] = Math.Clamp((mix[3] * r) + (mix[4] * g) + (mix[5] * b) + offset, 0, 255);
            blue[i] = Math.Clamp((mix[6] * r) + (mix[7] * g) + (mix[8] * b) + offset, 0, 255);
        }
    }

    private void Normalize(Span<float> nchw)
    {
        var plane = _width * _height;
        for (var channel = 0; channel < 3; channel++)
        {
            var source = _planes.AsSpan((preprocessing.Channels == ChannelOrder.Bgr ? 2 - channel : channel) * plane, plane);
            var target = nchw.Slice(channel * plane, plane);
            var (mean, scale) = (preprocessing.Mean[channel], preprocessing.Scale[channel]);
            for (var i = 0; i < plane; i++) target[i] = (source[i] - mean) * scale;
        }
    }
}
