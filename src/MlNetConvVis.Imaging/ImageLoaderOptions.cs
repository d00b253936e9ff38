namespace MlNetConvVis.Imaging;

/// <summary>How an <see cref="ImageLoader"/> works.</summary>
public sealed record ImageLoaderOptions
{
    /// <summary>Gets how many images are decoded side by side.</summary>
    /// <value>The default is the number of processors.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets whether a file that cannot be read ends the work; otherwise it is reported and skipped.</summary>
    /// <value>The default is false.</value>
    public bool Strict { get; init; }

    /// <summary>Gets the most bytes that pictures may take which are kept in memory to be used more than once, as in training; beyond, they are decoded
    /// whenever they are wanted, with the same result.</summary>
    /// <value>The default is half of the memory that is there.</value>
    public long MemoryBudget { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Gets limits and background for decoding.</summary>
    /// <value>The default is <see cref="DecodeOptions.Default"/>.</value>
    public DecodeOptions Decode { get; init; } = DecodeOptions.Default;

    /// <summary>Gets the codec.</summary>
    /// <value>The default is null: for each file the best that reads its format.</value>
    public IImageCodec? Codec { get; init; }
}
