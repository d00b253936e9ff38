using MlNetConvVis.Imaging;

namespace MlNetConvVis.Features;

/// <summary>Some photos, ready for a network.</summary>
/// <param name="First">The index of the first file of this batch.</param>
/// <param name="Files">Which of the batch's files were read, counted from <paramref name="First"/>, and which were broken.</param>
/// <param name="Images">One input behind the other, [C, H, W] each; as many as were read. Valid until the next batch is asked for.</param>
public sealed record PhotoBatch(int First, ImageBatch Files, ReadOnlyMemory<float> Images);

/// <summary>Reads any number of photos in batches, the next one while the current one is in use, through two buffers.</summary>
public sealed class PhotoBatches
{
    private readonly IReadOnlyList<ImageSource> _photos;
    private readonly ImagePreprocessing _preprocessing;
    private readonly ImageLoader _loader;
    private readonly int _size;

    /// <summary>Prepares the reading.</summary>
    /// <param name="files">The files.</param>
    /// <param name="preprocessing">The network's preprocessing.</param>
    /// <param name="options">Threads, and whether a broken file stops the work.</param>
    /// <param name="size">The most files of one batch.</param>
    public PhotoBatches(IReadOnlyList<string> files, ImagePreprocessing preprocessing, ImageLoaderOptions? options = null, int size = 32)
        : this(ImageSource.Files(files), preprocessing, options, size)
    {
    }

    /// <summary>Prepares the reading of images from any source.</summary>
    /// <param name="photos">The images.</param>
    /// <param name="preprocessing">The network's preprocessing.</param>
    /// <param name="options">Threads, and whether a broken image stops the work.</param>
    /// <param name="size">The most images of one batch.</param>
    public PhotoBatches(IReadOnlyList<ImageSource> photos, ImagePreprocessing preprocessing, ImageLoaderOptions? options = null, int size = 32)
    {
        _photos = photos ?? throw new ArgumentNullException(nameof(photos));
        _preprocessing = preprocessing ?? throw new ArgumentNullException(nameof(preprocessing));
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (_loader, _size) = (new ImageLoader(preprocessing, options), size);
    }

    /// <summary>Reads the batches in order.</summary>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The batches; one in which no file could be read is empty.</returns>
    /// <exception cref="ImageDecodeException">A file is broken and the options are strict.</exception>
    public IEnumerable<PhotoBatch> Read(CancellationToken cancellation = default)
    {
        var length = _preprocessing.TensorLength;
        var buffers = new[] { new float[_size * length], new float[_size * length] };
        var next = _photos.Count > 0 ? Load(0, buffers[0], cancellation) : null;
        for (var turn = 1; next is not null; turn++)
        {
            var batch = next.GetAwaiter().GetResult();
            next = turn * _size < _photos.Count ? Load(turn * _size, buffers[turn % 2], cancellation) : null;
            yield return batch;
        }
    }

    private Task<PhotoBatch> Load(int first, float[] buffer, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var files = _loader.Load([.. _photos.Skip(first).Take(_size)], buffer, cancellation);
            return new PhotoBatch(first, files, buffer.AsMemory(0, files.Count * _preprocessing.TensorLength));
        },
        cancellation);
}
