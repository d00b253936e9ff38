using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>
/// Pictures of one size, three bytes a pixel: in memory, decoded once and used in every epoch (a quarter of what floats would take), or, where they do
/// not fit there, decoded whenever they are wanted. Both give the same pixels. Safe for several readers.
/// </summary>
public sealed class PixelStore
{
    private readonly RgbImage[] _frames = [];
    private readonly ImageSource[] _sources = [];
    private readonly ImageLoader? _loader;

    /// <summary>Takes pictures.</summary>
    /// <param name="frames">Pictures of equal size, at least one.</param>
    /// <exception cref="TrainingException">There are none, or their sizes differ.</exception>
    public PixelStore(IEnumerable<RgbImage> frames)
    {
        _frames = [.. frames];
        CheckAny(_frames.Length);
        (Width, Height) = (_frames[0].Width, _frames[0].Height);
        var other = Array.FindIndex(_frames, f => f.Width != Width || f.Height != Height);
        if (other >= 0)
        {
            throw new TrainingException(
                $"Picture 0 is {Width}x{Height}, but picture {other} is {_frames[other].Width}x{_frames[other].Height}; one size is wanted.");
        }
    }

    /// <summary>Takes images that are decoded whenever they are wanted.</summary>
    /// <param name="sources">The images, at least one, all of which can be read.</param>
    /// <param name="preprocessing">Makes pictures of its canvas's size of them.</param>
    /// <param name="loader">Threads and codec; null for the defaults.</param>
    /// <exception cref="TrainingException">There are none.</exception>
    public PixelStore(IEnumerable<ImageSource> sources, ImagePreprocessing preprocessing, ImageLoaderOptions? loader = null)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        _sources = [.. sources];
        CheckAny(_sources.Length);
        (Width, Height) = preprocessing.CanvasSize;
        _loader = new ImageLoader(preprocessing, (loader ?? new ImageLoaderOptions()) with { Strict = true });
    }

    /// <summary>Gets the number of pictures.</summary>
    public int Count => _loader is null ? _frames.Length : _sources.Length;

    /// <summary>Gets whether the pictures are in memory.</summary>
    public bool IsInMemory => _loader is null;

    /// <summary>Gets the columns of each.</summary>
    public int Width { get; }

    /// <summary>Gets the rows of each.</summary>
    public int Height { get; }

    /// <summary>Gets a picture.</summary>
    /// <param name="index">Its place.</param>
    /// <exception cref="ImageDecodeException">It is not in memory and cannot be read any more.</exception>
    public RgbImage this[int index] => _loader is null ? _frames[index] : Read([index])[0];

    /// <summary>Gets some pictures; where they must be decoded, side by side.</summary>
    /// <param name="places">Their places, in any order.</param>
    /// <exception cref="ImageDecodeException">One is not in memory and cannot be read any more.</exception>
    public RgbImage[] Read(IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        if (_loader is null) return [.. places.Select(i => _frames[i])];
        _loader.LoadCanvases([.. places.Select(i => _sources[i])], out var pictures);
        return pictures;
    }

    /// <summary>Gets all pictures in order, some at a time.</summary>
    internal IEnumerable<RgbImage> ReadAll() => Enumerable.Range(0, Count).Chunk(256).SelectMany(Read);

    private static void CheckAny(int count)
    {
        if (count == 0) throw new TrainingException("No picture could be read; at least one is wanted.");
    }
}
