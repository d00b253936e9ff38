using MlNetConvVis.Imaging;

namespace MlNetConvVis.Features;

/// <summary>Photos in memory at a network's input size, as bytes: a quarter of what their floats would take. Safe for several readers.</summary>
public sealed class ImageFrames
{
    private const int FilesAtATime = 64;

    private readonly ImagePreprocessing _preprocessing;
    private readonly IReadOnlyList<RgbImage> _frames;

    private ImageFrames(ImagePreprocessing preprocessing, IReadOnlyList<RgbImage> frames, IReadOnlyList<int> sources, IReadOnlyList<BrokenImage> broken)
    {
        _preprocessing = preprocessing;
        _frames = frames;
        Sources = sources;
        Broken = broken;
    }

    /// <summary>Gets how many photos there are.</summary>
    public int Count => _frames.Count;

    /// <summary>Gets, for each photo, its place in the list of files it was loaded from.</summary>
    public IReadOnlyList<int> Sources { get; }

    /// <summary>Gets the files that could not be read, and why.</summary>
    public IReadOnlyList<BrokenImage> Broken { get; }

    /// <summary>Gets a photo as the network sees it, before numbers are made of it.</summary>
    /// <param name="index">Which photo.</param>
    public RgbImage this[int index] => _frames[index];

    /// <summary>Loads files; memory is 3 bytes a pixel of the network's input.</summary>
    /// <param name="files">The files.</param>
    /// <param name="preprocessing">The network's preprocessing.</param>
    /// <param name="options">Threads, and whether a broken file stops the work.</param>
    /// <param name="progress">Receives how many files are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The photos.</returns>
    public static ImageFrames Load(
        IReadOnlyList<string> files,
        ImagePreprocessing preprocessing,
        ImageLoaderOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default) => Load(ImageSource.Files(files), preprocessing, options, progress, cancellation);

    /// <summary>Loads images; memory is 3 bytes a pixel of the network's input.</summary>
    /// <param name="images">The images.</param>
    /// <param name="preprocessing">The network's preprocessing.</param>
    /// <param name="options">Threads, and whether a broken image stops the work.</param>
    /// <param name="progress">Receives how many images are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The photos.</returns>
    /// <exception cref="ImageDecodeException">An image is broken and the options are strict.</exception>
    public static ImageFrames Load(
        IReadOnlyList<ImageSource> images,
        ImagePreprocessing preprocessing,
        ImageLoaderOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var loader = new ImageLoader(preprocessing, options);
        var (frames, sources, broken) = (new List<RgbImage>(images.Count), new List<int>(images.Count), new List<BrokenImage>());
        for (var first = 0; first < images.Count; first += FilesAtATime)
        {
            var batch = loader.LoadFrames([.. images.Skip(first).Take(FilesAtATime)], out var loaded, cancellation);
            frames.AddRange(loaded);
            sources.AddRange(batch.Loaded.Select(i => first + i));
            broken.AddRange(batch.Broken);
            progress?.Report(Math.Min(images.Count, first + FilesAtATime));
        }

        return new ImageFrames(preprocessing, frames, sources, broken);
    }

    /// <summary>Writes a photo's input; fits <see cref="FillImage"/>.</summary>
    /// <param name="index">Which photo.</param>
    /// <param name="image">Receives [C, H, W].</param>
    public void Fill(int index, Span<float> image) => _preprocessing.Normalize(_frames[index], image);
}
