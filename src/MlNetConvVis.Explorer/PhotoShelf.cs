using Microsoft.AspNetCore.Http;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Explorer;

/// <summary>The photos as each network sees them: a collection that was read beforehand, and those that were sent since. Safe for several threads.</summary>
internal sealed class PhotoShelf
{
    private readonly Lock _lock = new();
    private readonly List<string> _names;
    private readonly IReadOnlyList<ImagePreprocessing> _preprocessing;
    private readonly IReadOnlyList<IReadOnlyList<RgbImage>> _collection;
    private readonly List<RgbImage[]> _sent = [];

    /// <param name="names">The collection's names.</param>
    /// <param name="preprocessing">That of each network.</param>
    /// <param name="collection">For each network the collection, in the order of the names.</param>
    public PhotoShelf(IReadOnlyList<string> names, IReadOnlyList<ImagePreprocessing> preprocessing, IReadOnlyList<IReadOnlyList<RgbImage>> collection)
    {
        (_names, _preprocessing, _collection, Collected) = ([.. names], preprocessing, collection, names.Count);
    }

    /// <summary>Gets how many photos the collection has; those that were sent come behind them.</summary>
    public int Collected { get; }

    public int Count
    {
        get
        {
            lock (_lock) return _names.Count;
        }
    }

    public string[] Names
    {
        get
        {
            lock (_lock) return [.. _names];
        }
    }

    /// <summary>Gets a photo as a network sees it.</summary>
    public RgbImage Frame(int model, int photo)
    {
        if (photo < Collected) return _collection[model][photo];
        lock (_lock) return _sent[photo - Collected][model];
    }

    /// <summary>Writes a photo's input for a network.</summary>
    public void Fill(int model, int photo, Span<float> image) => _preprocessing[model].Normalize(Frame(model, photo), image);

    /// <summary>Takes a photo that was sent.</summary>
    /// <returns>Its number.</returns>
    public int Add(byte[] content, string name, ExplorerOptions limits)
    {
        if (ImageFormats.Detect(content) == ImageFormat.Svg)
            throw new RequestException(StatusCodes.Status422UnprocessableEntity, $"'{name}' is an SVG, which can refer to other files; a photo was wanted, such as JPEG, PNG or WebP.");
        var picture = ImageSource.Decode(content, name, new DecodeOptions { MaxPixels = limits.MostUploadPixels });
        RgbImage[] frames;
        try
        {
            frames = [.. _preprocessing.Select(p => p.Frame(picture))];
        }
        catch (ArgumentException e)
        {
            throw new RequestException(StatusCodes.Status422UnprocessableEntity, $"Photo '{name}' does not fit the network: {e.Message}");
        }

        lock (_lock)
        {
            if (_sent.Count >= limits.MostUploads)
            {
                throw new RequestException(StatusCodes.Status507InsufficientStorage,
                    $"{_sent.Count} photos were sent already, which is all that is kept in memory; start the explorer again, or give it a folder with --images.");
            }

            _sent.Add(frames);
            _names.Add(name);
            return _names.Count - 1;
        }
    }
}
