namespace MlNetConvVis.Imaging;

/// <summary>Draws tensors: values with a sign, such as what a deconvnet projects to the pixels, and values from a smallest to a
/// largest.</summary>
public static class TensorPicture
{
    /// <summary>
    /// Draws signed values around grey: <c>128 + 127 * v / range</c>, rounded and kept within 1 to 255, so that zero is 128 and both signs
    /// reach equally far.
    /// </summary>
    /// <param name="chw">channels x height x width values, channel by channel; one channel is drawn grey.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="order">Order of three channels in the tensor.</param>
    /// <param name="range">The value drawn at full strength; null: the largest absolute value of this tensor. Give the same range to
    /// several pictures to compare their strengths.</param>
    /// <exception cref="ArgumentException">The length does not fit the shape, or a value is no number.</exception>
    public static RgbImage Signed(
        ReadOnlySpan<float> chw, int channels, int height, int width, ChannelOrder order = ChannelOrder.Rgb, float? range = null)
    {
        CheckShape(chw.Length, channels, height, width);
        var largest = LargestMagnitude(chw);
        var full = range ?? largest;
        if (full < 0 || !float.IsFinite(full))
            throw new ArgumentOutOfRangeException(nameof(range), full, "The range is the largest magnitude: 0 or more.");
        return Draw(chw, channels, height, width, order, full == 0 ? 0 : 127 / full, 128, 1);
    }

    /// <summary>Draws values from black (<paramref name="black"/>) to white (<paramref name="white"/>); what lies outside is cut
    /// off.</summary>
    /// <param name="chw">channels x height x width values, channel by channel; one channel is drawn grey.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="black">The value drawn black; null: the tensor's smallest.</param>
    /// <param name="white">The value drawn white; null: the tensor's largest.</param>
    /// <param name="order">Order of three channels in the tensor.</param>
    /// <exception cref="ArgumentException">The length does not fit the shape, or a value is no number.</exception>
    public static RgbImage Ramp(
        ReadOnlySpan<float> chw, int channels, int height, int width, float? black = null, float? white = null,
        ChannelOrder order = ChannelOrder.Rgb)
    {
        CheckShape(chw.Length, channels, height, width);
        _ = LargestMagnitude(chw);
        var (low, high) = (black ?? Smallest(chw), white ?? -Smallest(chw, sign: -1));
        var scale = high > low ? 255 / (high - low) : 0;
        return Draw(chw, channels, height, width, order, scale, -low * scale, 0);
    }

    /// <summary>Gets the largest absolute value, the range to share between pictures.</summary>
    /// <param name="values">Any values.</param>
    /// <exception cref="ArgumentException">A value is no number: NaN or infinite.</exception>
    public static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    $"Value {i} of the tensor is {values[i]}: it cannot be drawn. Look for where it was computed.", nameof(values));
            }

            largest = Math.Max(largest, Math.Abs(values[i]));
        }

        return largest;
    }

    /// <summary>
    /// Gets a range that shows more than the few strongest pixels: the magnitude that a part of all values other than zero stays within.
    /// A deconvnet's projections have peaks ten times stronger than what makes their shapes.
    /// </summary>
    /// <param name="values">Any values.</param>
    /// <param name="part">The part, above 0 and at most 1, which gives the largest magnitude.</param>
    /// <exception cref="ArgumentException">A value is no number: NaN or infinite.</exception>
    public static float ClearRange(ReadOnlySpan<float> values, double part = 0.995)
    {
        if (!(part > 0 && part <= 1))
            throw new ArgumentOutOfRangeException(nameof(part), part, "The part lies above 0 and is at most 1.");
        if (LargestMagnitude(values) == 0)
            return 0;
        var magnitudes = new List<float>(values.Length);
        foreach (var value in values)
        {
            if (value != 0)
                magnitudes.Add(Math.Abs(value));
        }

        magnitudes.Sort();
        return magnitudes[(int)Math.Ceiling(part * magnitudes.Count) - 1];
    }

    /// <summary>Enlarges by whole pixels, with sharp edges.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="factor">How many times wider and higher, at least 1.</param>
    public static RgbImage Enlarge(this RgbImage image, int factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        var (width, height) = (checked(image.Width * factor), checked(image.Height * factor));
        var pixels = new byte[checked(3 * width * height)];
        for (var y = 0; y < height; y++)
        {
            var row = pixels.AsSpan(3 * y * width, 3 * width);
            if (y % factor != 0)
            {
                pixels.AsSpan(3 * (y - 1) * width, 3 * width).CopyTo(row);
                continue;
            }

            for (var x = 0; x < width; x++)
                image.Pixels.Slice(3 * ((y / factor * image.Width) + (x / factor)), 3).CopyTo(row[(3 * x)..]);
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>Enlarges a small picture by the fewest whole times that make its longer side reach a length, with sharp edges.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="side">The length in pixels, at least 1.</param>
    /// <returns>The picture; itself where it is as long already.</returns>
    public static RgbImage EnlargeTo(this RgbImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var longer = Math.Max(image.Width, image.Height);
        return longer >= side ? image : image.Enlarge((side + longer - 1) / longer);
    }

    private static RgbImage Draw(
        ReadOnlySpan<float> chw, int channels, int height, int width, ChannelOrder order, float scale, float offset, int least)
    {
        var plane = height * width;
        var pixels = new byte[3 * plane];
        for (var colour = 0; colour < 3; colour++)
        {
            var channel = channels == 1 ? 0 : order == ChannelOrder.Bgr ? 2 - colour : colour;
            var source = chw.Slice(channel * plane, plane);
            for (var i = 0; i < plane; i++)
                pixels[(3 * i) + colour] = (byte)Math.Clamp(MathF.Round((source[i] * scale) + offset), least, 255);
        }

        return new RgbImage(width, height, pixels);
    }

    private static float Smallest(ReadOnlySpan<float> values, int sign = 1)
    {
        var smallest = float.PositiveInfinity;
        foreach (var value in values)
            smallest = Math.Min(smallest, sign * value);
        return smallest;
    }

    private static void CheckShape(int length, int channels, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (channels is not (1 or 3))
            throw new ArgumentException($"A picture has 1 or 3 channels, not {channels}. Draw the channels one by one.");
        if (length != (long)channels * height * width)
            throw new ArgumentException($"{length} values are no picture of {channels}x{height}x{width} (channels, rows, columns).");
    }
}
