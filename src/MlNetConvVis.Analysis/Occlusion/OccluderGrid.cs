namespace MlNetConvVis.Analysis;

/// <summary>The places of an occluder: a rectangle that moves over an image in equal steps, and ends flush with the far borders, so that every pixel is covered
/// at least once.</summary>
public sealed record OccluderGrid
{
    /// <summary>Lays an occluder over an image.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="occluderHeight">Rows of the occluder.</param>
    /// <param name="occluderWidth">Columns of the occluder.</param>
    /// <param name="stride">Pixels from one place to the next, down and across; at most the occluder's smaller side, so that no pixel is left out.</param>
    /// <exception cref="ArgumentException">The occluder does not fit into the image, or steps over pixels.</exception>
    public OccluderGrid(int height, int width, int occluderHeight, int occluderWidth, int stride)
    {
        if (occluderHeight < 1 || occluderWidth < 1 || occluderHeight > height || occluderWidth > width)
            throw new ArgumentException($"An occluder of {occluderHeight}x{occluderWidth} does not fit into an image of {height}x{width}; take a smaller one.");
        if (stride < 1 || stride > Math.Min(occluderHeight, occluderWidth))
        {
            throw new ArgumentException($"A stride of {stride} leaves pixels that no occluder of {occluderHeight}x{occluderWidth} covers; " +
                $"1 to {Math.Min(occluderHeight, occluderWidth)} was wanted.");
        }

        (Height, Width, OccluderHeight, OccluderWidth, Stride) = (height, width, occluderHeight, occluderWidth, stride);
        (Tops, Lefts) = (Starts(height - occluderHeight, stride), Starts(width - occluderWidth, stride));
    }

    /// <summary>Gets the rows of the image.</summary>
    public int Height { get; }

    /// <summary>Gets the columns of the image.</summary>
    public int Width { get; }

    /// <summary>Gets the rows of the occluder.</summary>
    public int OccluderHeight { get; }

    /// <summary>Gets the columns of the occluder.</summary>
    public int OccluderWidth { get; }

    /// <summary>Gets the pixels from one place to the next; the last step may be shorter.</summary>
    public int Stride { get; }

    /// <summary>Gets the occluder's top row at each step down.</summary>
    public IReadOnlyList<int> Tops { get; }

    /// <summary>Gets the occluder's left column at each step across.</summary>
    public IReadOnlyList<int> Lefts { get; }

    /// <summary>Gets how many places there are: place p is step p / <c>Lefts.Count</c> down and p % <c>Lefts.Count</c> across.</summary>
    public int Count => Tops.Count * Lefts.Count;

    private static int[] Starts(int last, int stride)
    {
        var starts = Enumerable.Range(0, (last / stride) + 1).Select(s => s * stride).ToList();
        if (starts[^1] < last) starts.Add(last);
        return [.. starts];
    }
}
