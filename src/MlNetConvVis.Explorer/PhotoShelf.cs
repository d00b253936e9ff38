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
    private readonly IReadOnlyList<ImageSource> _sources;
    private readonly string _folder;
    private readonly List<(RgbImage[] Frames, int Width, int Height)> _sent = [];

    /// <param name="sources">The collection.</param>
    /// <param name="preprocessing">That of each network.</param>
    /// <param name="collection">For each network the collection as it sees it.</param>
    public PhotoShelf(IReadOnlyList<ImageSource> sources, IReadOnlyList<ImagePreprocessing> preprocessing, IReadOnlyList<IReadOnlyList<RgbImage>> collection)
    {
        (_sources, _preprocessing, _collection) = (sources, preprocessing, collection);
        (_names, _folder) = ([.. sources.Select(static s => Path.GetFileName(s.Name))], CommonFolder(sources));
    }

    /// <summary>Gets how many photos the collection has; those that were sent come behind them.</summary>
    public int Collected => _sources.Count;

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
        lock (_lock) return _sent[photo - Collected].Frames[model];
    }

    /// <summary>Writes a photo's input for a network.</summary>
    public void Fill(int model, int photo, Span<float> image) => _preprocessing[model].Normalize(Frame(model, photo), image);

    /// <summary>Takes a photo that was sent.</summary>
    /// <returns>Its number.</returns>
    public int Add(byte[] content, string name, ExplorerOptions limits)
    {
        if (ImageFormats.Detect(content) == ImageFormat.Svg)
        {
            throw new RequestException(
                StatusCodes.Status422UnprocessableEntity, $"'{name}' is an SVG, which can refer to other files; a photo was wanted, such as JPEG, PNG or WebP.");
        }

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

            _sent.Add((frames, picture.Width, picture.Height));
            _names.Add(name);
            return _names.Count - 1;
        }
    }

    /// <summary>Finds what a window of a network's input shows of the photo's file.</summary>
    /// <returns>The file, relative to the folder that holds the collection (of a photo that was sent, its name), and a window in its own pixels.</returns>
    public (string File, PixelWindow Window) InFile(int model, int photo, PixelWindow window)
    {
        var (file, width, height) = FileOf(photo);
        try
        {
            return (file, _preprocessing[model].InPicture(window, width, height));
        }
        catch (ArgumentException e)
        {
            throw new RequestException(StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private (string File, int Width, int Height) FileOf(int photo)
    {
        if (photo >= Collected)
        {
            lock (_lock) return (_names[photo], _sent[photo - Collected].Width, _sent[photo - Collected].Height);
        }

        var source = _sources[photo];
        if (!File.Exists(source.Name))
            throw new RequestException(StatusCodes.Status422UnprocessableEntity, $"'{_names[photo]}' is no file of its own, so no list of masks can name it. Unpack the archive.");
        var picture = source.Read();
        return (Path.GetRelativePath(_folder, source.Name).Replace('\\', '/'), picture.Width, picture.Height);
    }

    private static string CommonFolder(IReadOnlyList<ImageSource> sources)
    {
        var folders = sources.Select(static s => Path.GetDirectoryName(Path.GetFullPath(s.Name)) ?? "/").Distinct(StringComparer.Ordinal).ToArray();
        if (folders.Length == 0) return "/";
        var common = folders[0];
        while (!folders.All(f => f == common || f.StartsWith(common.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            common = Path.GetDirectoryName(common)!;
        return common;
    }
}
