namespace MlNetConvVis.Imaging;

/// <summary>Works out a <see cref="PixelMean"/> picture by picture. Sums are whole numbers, so their order does not matter, and the result is the same on
/// every machine.</summary>
/// <param name="width">Columns of every picture.</param>
/// <param name="height">Rows of every picture.</param>
public sealed class PixelMeanSums(int width, int height)
{
    private readonly long[] _sums = new long[checked(3 * width * height)];
    private long _count;

    /// <summary>Takes a picture in.</summary>
    /// <param name="picture">The picture.</param>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void Add(RgbImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Width != width || picture.Height != height)
            throw new ArgumentException($"A picture is {picture.Width}x{picture.Height}, the others {width}x{height}; one size is wanted.", nameof(picture));
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i++) _sums[i] += pixels[i];
        _count++;
    }

    /// <summary>Gives the mean of the pictures so far: whole sum over count in double precision, then rounded to float32.</summary>
    /// <exception cref="InvalidOperationException">There were none.</exception>
    public PixelMean ToMean()
    {
        if (_count == 0) throw new InvalidOperationException("No picture came in.");
        var plane = width * height;
        var values = new float[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            for (var colour = 0; colour < 3; colour++) values[(colour * plane) + i] = (float)((double)_sums[(3 * i) + colour] / _count);
        }

        return new PixelMean(width, height, values);
    }
}
