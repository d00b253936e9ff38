using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>What a network is trained and validated on: labelled pictures, in a fixed order. Immutable.</summary>
public sealed class TrainingSet
{
    private const int ImagesAtATime = 256;

    /// <summary>Makes a set from pictures.</summary>
    /// <param name="pixels">All pictures.</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="training">The places of the pictures to train on.</param>
    /// <param name="validation">The places of the pictures to validate on; may be empty.</param>
    /// <param name="preprocessing">How a picture becomes the network's numbers; its canvas is of the pictures' size. A mean of each pixel that is wanted
    /// but not known is worked out from the pictures to train on.</param>
    /// <exception cref="TrainingException">Lengths, labels, places or sizes do not fit, or there is nothing to train on.</exception>
    public TrainingSet(
        PixelStore pixels,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classes,
        IReadOnlyList<int> training,
        IReadOnlyList<int> validation,
        ImagePreprocessing preprocessing)
    {
        (Pixels, Labels, Classes, Training, Validation, Preprocessing) =
            (pixels, [.. labels], [.. classes], [.. training], [.. validation], preprocessing.Checked());
        Check();
        (Fingerprint, var mean) = Measured();
        if (mean is not null) Preprocessing = preprocessing with { MeanImage = mean };
    }

    /// <summary>Gets all pictures.</summary>
    public PixelStore Pixels { get; }

    /// <summary>Gets the class of each picture.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Gets the class names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets the places of the pictures to train on.</summary>
    public IReadOnlyList<int> Training { get; }

    /// <summary>Gets the places of the pictures to validate on.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Gets how a picture becomes the network's numbers, with the mean image of the pictures to train on where one is wanted.</summary>
    public ImagePreprocessing Preprocessing { get; }

    /// <summary>Gets the files that could not be read and were left out.</summary>
    public IReadOnlyList<BrokenImage> Skipped { get; private init; } = [];

    /// <summary>Gets a hash of pictures, labels, classes and parts: equal for equal sets on every machine.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads images side by side and keeps what crops are cut from, when that is within the loader's memory budget. When it is not, they are
    /// read twice here, to find the broken ones and to know the fingerprint, and then again in every epoch.</summary>
    /// <param name="training">The images to train on.</param>
    /// <param name="validation">The images to validate on, with the same classes; null for none.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="loader">Threads, strictness, codec, memory; null for the defaults.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="TrainingException">Classes differ, or no training image can be read.</exception>
    /// <exception cref="ImageDecodeException">A file cannot be read and the loader is strict.</exception>
    public static TrainingSet Load(
        ImageSet training, ImageSet? validation, ImagePreprocessing preprocessing, ImageLoaderOptions? loader = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (validation is not null && !validation.Classes.SequenceEqual(training.Classes, StringComparer.Ordinal))
        {
            throw new TrainingException($"The validation images have the classes {string.Join(", ", validation.Classes)}, those to train on " +
                $"{string.Join(", ", training.Classes)}. Give both the same class folders.");
        }

        IReadOnlyList<LabelledImage> images = [.. training.Images, .. validation?.Images ?? []];
        var (pixels, loaded, broken) = Store([.. images.Select(static i => i.Source)], preprocessing, loader ?? new ImageLoaderOptions(), cancellation);
        var (first, second) = (new List<int>(), new List<int>());
        foreach (var (place, index) in loaded.Index()) (index < training.Images.Count ? first : second).Add(place);
        return new TrainingSet(pixels, [.. loaded.Select(i => images[i].Label)], training.Classes, first, second, preprocessing) { Skipped = broken };
    }

    /// <summary>Reads images and sets some of them aside for validation.</summary>
    /// <param name="images">The files.</param>
    /// <param name="split">Which to train and which to validate on.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="loader">Threads, strictness, codec; null for the defaults.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static TrainingSet LoadSplit(
        ImageSet images, DataSplit split, ImagePreprocessing preprocessing, ImageLoaderOptions? loader = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(split);
        return Load(images.Subset(split.Train), images.Subset(split.Test), preprocessing, loader, cancellation);
    }

    /// <summary>Reads all images once; keeps their pictures, or only which of them can be read.</summary>
    private static (PixelStore Pixels, IReadOnlyList<int> Loaded, IReadOnlyList<BrokenImage> Broken) Store(
        ImageSource[] images, ImagePreprocessing preprocessing, ImageLoaderOptions options, CancellationToken cancellation)
    {
        var (loader, canvas) = (new ImageLoader(preprocessing, options), preprocessing.CanvasSize);
        var fits = 3.0 * canvas.Width * canvas.Height * images.Length <= options.MemoryBudget;
        var (pictures, loaded, broken) = (new List<RgbImage>(), new List<int>(), new List<BrokenImage>());
        foreach (var places in Enumerable.Range(0, images.Length).Chunk(ImagesAtATime))
        {
            var batch = loader.LoadCanvases(images[places[0]..(places[^1] + 1)], out var found, cancellation);
            if (fits) pictures.AddRange(found);
            loaded.AddRange(batch.Loaded.Select(i => places[i]));
            broken.AddRange(batch.Broken.Select(b => b with { Index = places[b.Index] }));
        }

        return (fits ? new PixelStore(pictures) : new PixelStore(loaded.Select(i => images[i]), preprocessing, options), loaded, broken);
    }

    private void Check()
    {
        if (Labels.Count != Pixels.Count)
            throw new TrainingException($"{Labels.Count} labels came for {Pixels.Count} pictures; one a picture is wanted.");
        if (Labels.Any(l => l < 0 || l >= Classes.Count))
        {
            throw new TrainingException(
                $"Label {Labels.First(l => l < 0 || l >= Classes.Count)} is none of the {Classes.Count} classes; every picture needs a class.");
        }

        if (Training.Count == 0) throw new TrainingException("There is no picture to train on.");
        if (Training.Concat(Validation).Any(i => i < 0 || i >= Pixels.Count))
            throw new TrainingException("A place to train or validate on lies outside the pictures.");
        if (Preprocessing.CanvasSize is var (width, height) && (width, height) != (Pixels.Width, Pixels.Height))
            throw new TrainingException($"The pictures are {Pixels.Width}x{Pixels.Height}, but preprocessing gives {width}x{height}.");
    }

    /// <summary>Goes through all pictures once, for the fingerprint and, where it is wanted and not known, the mean of those to train on. The mean is no
    /// part of the fingerprint: it follows from the rest.</summary>
    private (string Fingerprint, PixelMean? Mean) Measured()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{string.Join('\n', Classes)}\n{(Preprocessing with { MeanImage = null }).ToJson()}\n{Pixels.Count}"));
        foreach (var part in new[] { Labels, Training, Validation })
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, part.Count);
            hash.AppendData(length);
            hash.AppendData(MemoryMarshal.AsBytes<int>(part.ToArray()));
        }

        var sums = Preprocessing is { PerPixelMean: true, MeanImage: null } ? new PixelMeanSums(Pixels.Width, Pixels.Height) : null;
        var trained = Training.ToHashSet();
        foreach (var (place, picture) in Pixels.ReadAll().Index())
        {
            hash.AppendData(picture.Pixels);
            if (trained.Contains(place)) sums?.Add(picture);
        }

        return (Convert.ToHexString(hash.GetHashAndReset())[..32], sums?.ToMean());
    }
}
