namespace MlNetConvVis.Imaging;

/// <summary>Reads images side by side, in order, into buffers that the caller makes once.</summary>
public sealed class ImageLoader
{
    private readonly ImagePreprocessing _preprocessing;
    private readonly ImageLoaderOptions _options;

    /// <summary>Makes a loader.</summary>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="options">Threads, strictness and codec; null: the defaults.</param>
    /// <exception cref="ArgumentException">The preprocessing or an option is out of range.</exception>
    /// <exception cref="ImageCodecMissingException">This machine has no codec at all.</exception>
    public ImageLoader(ImagePreprocessing preprocessing, ImageLoaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        _options = options ?? new ImageLoaderOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Threads, 1, nameof(options));
        _preprocessing = preprocessing.Checked();
        if (_options.Codec is null)
            _ = ImageCodecs.Default;      // fail here, not once for every file
    }

    /// <summary>Reads and preprocesses files.</summary>
    /// <param name="files">Paths.</param>
    /// <param name="nchw">As for images of any source.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">As for images of any source.</exception>
    public ImageBatch Load(IReadOnlyList<string> files, Memory<float> nchw, CancellationToken cancellation = default) =>
        Load(ImageSource.Files(files), nchw, cancellation);

    /// <summary>Reads and preprocesses images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="nchw">Takes the pictures, one behind the other without gaps for skipped ones; at least
    /// <see cref="ImagePreprocessing.TensorLength"/> floats for each image.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">An image cannot be read and <see cref="ImageLoaderOptions.Strict"/> is set: the first such
    /// image.</exception>
    public ImageBatch Load(IReadOnlyList<ImageSource> images, Memory<float> nchw, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var length = _preprocessing.TensorLength;
        if (nchw.Length < (long)images.Count * length)
            throw new ArgumentException($"{nchw.Length} floats do not hold {images.Count} pictures of {length}.", nameof(nchw));
        var batch = ForEach(images, (i, image) => _preprocessing.Preprocess(image, nchw.Span.Slice(i * length, length)), cancellation);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.Loaded[i] != i)      // close the gap that skipped files left
                nchw.Span.Slice(batch.Loaded[i] * length, length).CopyTo(nchw.Span.Slice(i * length, length));
        }

        return batch;
    }

    /// <summary>Reads files as 8-bit pictures of the network's size, a quarter of the memory of floats.</summary>
    /// <param name="files">Paths.</param>
    /// <param name="frames">As for images of any source.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">As for images of any source.</exception>
    public ImageBatch LoadFrames(IReadOnlyList<string> files, out RgbImage[] frames, CancellationToken cancellation = default) =>
        LoadFrames(ImageSource.Files(files), out frames, cancellation);

    /// <summary>Reads images as 8-bit pictures of the network's size, a quarter of the memory of floats.</summary>
    /// <param name="images">The images.</param>
    /// <param name="frames">The pictures, in order; the i-th is image Loaded[i] of the result.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">An image cannot be read and <see cref="ImageLoaderOptions.Strict"/> is set: the first such
    /// image.</exception>
    public ImageBatch LoadFrames(IReadOnlyList<ImageSource> images, out RgbImage[] frames, CancellationToken cancellation = default) =>
        Collect(images, _preprocessing.Frame, out frames, cancellation);

    /// <summary>Reads images as 8-bit pictures of the canvas's size, for crops to be cut from.</summary>
    /// <param name="images">The images.</param>
    /// <param name="canvases">The pictures, in order; the i-th is image Loaded[i] of the result.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">An image cannot be read and <see cref="ImageLoaderOptions.Strict"/> is set: the first such
    /// image.</exception>
    public ImageBatch LoadCanvases(IReadOnlyList<ImageSource> images, out RgbImage[] canvases, CancellationToken cancellation = default) =>
        Collect(images, _preprocessing.Canvas, out canvases, cancellation);

    /// <summary>Reads one file at its own size.</summary>
    /// <param name="file">Path.</param>
    /// <param name="options">Limits and background; null: the defaults.</param>
    /// <exception cref="ImageDecodeException">The file cannot be read.</exception>
    public static RgbImage Read(string file, DecodeOptions? options = null) => ImageSource.File(file).Read(options);

    private ImageBatch Collect(
        IReadOnlyList<ImageSource> images, Func<RgbImage, RgbImage> cut, out RgbImage[] pictures, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        var found = new RgbImage[images.Count];
        var batch = ForEach(images, (i, image) => found[i] = cut(image), cancellation);
        pictures = [.. batch.Loaded.Select(i => found[i])];
        return batch;
    }

    private ImageBatch ForEach(IReadOnlyList<ImageSource> images, Action<int, RgbImage> use, CancellationToken cancellation)
    {
        var errors = new ImageDecodeException?[images.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancellation };
        Unwrapped.Run(() => Parallel.For(0, images.Count, parallel, (i, state) =>
        {
            try
            {
                Use(images[i], image => use(i, image));
            }
            catch (ImageDecodeException e)
            {
                errors[i] = e;
                if (_options.Strict)
                    state.Break();      // files before this one are still read, so the first error is always the same
            }
        }));
        if (_options.Strict && errors.FirstOrDefault(e => e is not null) is { } first)
            throw first;
        return new ImageBatch(
            [.. Enumerable.Range(0, images.Count).Where(i => errors[i] is null)],
            [.. errors.Index().Where(e => e.Item is not null).Select(e => new BrokenImage(e.Index, images[e.Index].Name, e.Item!.Message))]);
    }

    private void Use(ImageSource source, Action<RgbImage> use)
    {
        var image = source.Read(_options.Decode, _options.Codec);
        try
        {
            use(image);
        }
        catch (ArgumentException e)
        {
            throw new ImageDecodeException(source.Name, e.Message.TrimEnd('.'), "Use larger images or another preprocessing.", e);
        }
    }
}
