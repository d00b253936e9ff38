namespace MlNetConvVis.Imaging;

/// <summary>
/// Ten fixed crops of a picture: the four corners, top left first, row by row, then the centre, then the same five mirrored left to right
/// (Krizhevsky et al. 2012, section 4.1; Zeiler and Fergus 2013, section 3). A network's probabilities are averaged over them.
/// </summary>
public sealed class TenCrops
{
    /// <summary>How many crops there are.</summary>
    public const int Count = 10;

    private readonly ImagePreprocessing _preprocessing;

    /// <summary>Places the crops.</summary>
    /// <param name="preprocessing">What the network wants, with a canvas larger than its input.</param>
    /// <exception cref="ArgumentException">Canvas and input are of one size, so that all crops would be the same.</exception>
    public TenCrops(ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        _preprocessing = preprocessing.Checked();
        var (right, bottom) = (preprocessing.CanvasSize.Width - preprocessing.Width, preprocessing.CanvasSize.Height - preprocessing.Height);
        if (right == 0 && bottom == 0)
        {
            throw new ArgumentException(
                $"Ten crops of {preprocessing.Width}x{preprocessing.Height} need a larger picture to be cut from, but preprocessing makes it " +
                "of just that size. Set 'canvas' in the spec's preprocessing (the paper: resize { shortest: 256 }, canvas 256, crop 224), or use one crop.",
                nameof(preprocessing));
        }

        PixelWindow At(int x, int y) => new(x, y, preprocessing.Width, preprocessing.Height);
        PixelWindow[] five = [At(0, 0), At(right, 0), At(0, bottom), At(right, bottom), preprocessing.CentreWindow];
        Crops = [.. five.Select(static w => (w, false)), .. five.Select(static w => (w, true))];
    }

    /// <summary>Gets the crops in order: where each lies in the canvas, and whether it is mirrored.</summary>
    public IReadOnlyList<(PixelWindow Window, bool Mirrored)> Crops { get; }

    /// <summary>Writes the network's numbers for all crops of a picture.</summary>
    /// <param name="canvas">What <see cref="ImagePreprocessing.Canvas"/> gave.</param>
    /// <param name="tensors">Takes <see cref="Count"/> inputs, one behind the other.</param>
    /// <exception cref="ArgumentException">The picture or the span has another size.</exception>
    public void Fill(RgbImage canvas, Span<float> tensors)
    {
        var length = _preprocessing.TensorLength;
        if (tensors.Length != Count * length)
            throw new ArgumentException($"{tensors.Length} floats do not hold {Count} crops of {length}.", nameof(tensors));
        foreach (var (i, (window, mirrored)) in Crops.Index())
            _preprocessing.Normalize(canvas, window.X, window.Y, mirrored, tensors.Slice(i * length, length));
    }

    /// <summary>Averages the probabilities of the crops of each picture, in double precision.</summary>
    /// <param name="probabilities">For each picture <see cref="Count"/> rows of class probabilities, one behind the other.</param>
    /// <param name="classes">The columns of a row.</param>
    /// <returns>A row for each picture.</returns>
    /// <exception cref="ArgumentException">These are no whole pictures.</exception>
    public static float[] Average(ReadOnlySpan<float> probabilities, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (probabilities.Length % (Count * classes) != 0)
            throw new ArgumentException($"{probabilities.Length} values are no whole number of {Count} rows of {classes}.", nameof(probabilities));
        var means = new float[probabilities.Length / Count];
        for (var i = 0; i < means.Length; i++)
        {
            var (picture, label) = Math.DivRem(i, classes);
            var sum = 0.0;
            for (var crop = 0; crop < Count; crop++) sum += probabilities[(((picture * Count) + crop) * classes) + label];
            means[i] = (float)(sum / Count);
        }

        return means;
    }
}
