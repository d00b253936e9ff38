namespace MlNetConvVis.Imaging;

/// <summary>Reads image files side by side, in order, into buffers that the caller makes once.</summary>
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
    /// <param name="nchw">Takes the pictures, one behind the other without gaps for skipped files; at least files x 3 x Height x Width
    /// floats.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">A file cannot be read and <see cref="ImageLoaderOptions.Strict"/> is set: the first such
    /// file.</exception>
    public ImageBatch Load(IReadOnlyList<string> files, Memory<float> nchw, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var length = _preprocessing.TensorLength;
        if (nchw.Length < (long)files.Count * length)
            throw new ArgumentException($"{nchw.Length} floats do not hold {files.Count} pictures of {length}.", nameof(nchw));
        var batch = ForEach(files, (i, frame) => _preprocessing.Normalize(frame, nchw.Span.Slice(i * length, length)), cancellation);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.Loaded[i] != i)      // close the gap that skipped files left
                nchw.Span.Slice(batch.Loaded[i] * length, length).CopyTo(nchw.Span.Slice(i * length, length));
        }

        return batch;
    }

    /// <summary>Reads files as 8-bit pictures of the network's size, a quarter of the memory of floats.</summary>
    /// <param name="files">Paths.</param>
    /// <param name="frames">The pictures, in order; the i-th is file Loaded[i] of the result.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ImageDecodeException">A file cannot be read and <see cref="ImageLoaderOptions.Strict"/> is set: the first such
    /// file.</exception>
    public ImageBatch LoadFrames(IReadOnlyList<string> files, out RgbImage[] frames, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var found = new RgbImage[files.Count];
        var batch = ForEach(files, (i, frame) => found[i] = frame, cancellation);
        frames = [.. batch.Loaded.Select(i => found[i])];
        return batch;
    }

    /// <summary>Reads one file at its own size.</summary>
    /// <param name="file">Path.</param>
    /// <param name="options">Limits and background; null: the defaults.</param>
    /// <exception cref="ImageDecodeException">The file cannot be read.</exception>
    public static RgbImage Read(string file, DecodeOptions? options = null) => Read(file, options, codec: null);

    private static RgbImage Read(string file, DecodeOptions? options, IImageCodec? codec)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageDecodeException(
                file, e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : Directory.Exists(file) ? "it is a folder"
                    : e.Message.TrimEnd('.'),
                "Check its name and rights.", e);
        }

        return (codec ?? CodecFor(content, file)).Decode(content, file, options);
    }

    // SVG among photos, on a machine whose codec does not read it, is one broken file, not the end of all.
    private static IImageCodec CodecFor(byte[] content, string file)
    {
        if (ImageFormats.Detect(content) is not { } format)
            return ImageCodecs.Default;
        try
        {
            return ImageCodecs.For(format);
        }
        catch (ImageCodecMissingException e)
        {
            throw new ImageDecodeException(file, e.Message.TrimEnd('.'), "Convert it, or take it out.", e);
        }
    }

    private ImageBatch ForEach(IReadOnlyList<string> files, Action<int, RgbImage> use, CancellationToken cancellation)
    {
        var errors = new ImageDecodeException?[files.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancellation };
        Unwrapped.Run(() => Parallel.For(0, files.Count, parallel, (i, state) =>
        {
            try
            {
                use(i, Frame(files[i]));
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
            [.. Enumerable.Range(0, files.Count).Where(i => errors[i] is null)],
            [.. errors.Index().Where(e => e.Item is not null).Select(e => new BrokenImage(e.Index, files[e.Index], e.Item!.Message))]);
    }

    private RgbImage Frame(string file)
    {
        var image = Read(file, _options.Decode, _options.Codec);
        try
        {
            return _preprocessing.Frame(image);
        }
        catch (ArgumentException e)
        {
            throw new ImageDecodeException(file, e.Message.TrimEnd('.'), "Use larger images or another preprocessing.", e);
        }
    }
}
