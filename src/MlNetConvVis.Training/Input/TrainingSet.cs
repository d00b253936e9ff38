using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>What a network is trained and validated on: labelled pictures in memory, in a fixed order. Immutable.</summary>
public sealed class TrainingSet
{
    /// <summary>Makes a set from pictures in memory.</summary>
    /// <param name="pixels">All pictures.</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="training">The places of the pictures to train on.</param>
    /// <param name="validation">The places of the pictures to validate on; may be empty.</param>
    /// <param name="preprocessing">How a picture becomes the network's numbers; its size is that of the pictures.</param>
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
        Fingerprint = ComputeFingerprint();
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

    /// <summary>Gets how a picture becomes the network's numbers.</summary>
    public ImagePreprocessing Preprocessing { get; }

    /// <summary>Gets the files that could not be read and were left out.</summary>
    public IReadOnlyList<BrokenImage> Skipped { get; private init; } = [];

    /// <summary>Gets a hash of pictures, labels, classes and parts: equal for equal sets on every machine.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads image files once, side by side, and keeps what the network sees of them.</summary>
    /// <param name="training">The files to train on.</param>
    /// <param name="validation">The files to validate on, with the same classes; null for none.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="loader">Threads, strictness, codec; null for the defaults.</param>
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
        var batch = new ImageLoader(preprocessing, loader).LoadFrames([.. images.Select(static i => i.Source)], out var frames, cancellation);
        var (first, second) = (new List<int>(), new List<int>());
        foreach (var (place, index) in batch.Loaded.Index()) (index < training.Images.Count ? first : second).Add(place);
        return new TrainingSet(new PixelStore(frames), [.. batch.Loaded.Select(i => images[i].Label)], training.Classes, first, second, preprocessing)
        {
            Skipped = batch.Broken,
        };
    }

    /// <summary>Reads image files once and sets some of them aside for validation.</summary>
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
        if (Preprocessing.Width != Pixels.Width || Preprocessing.Height != Pixels.Height)
        {
            throw new TrainingException(
                $"The pictures are {Pixels.Width}x{Pixels.Height}, but preprocessing gives {Preprocessing.Width}x{Preprocessing.Height}.");
        }
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{string.Join('\n', Classes)}\n{Preprocessing.ToJson()}\n{Pixels.Count}"));
        foreach (var part in new[] { Labels, Training, Validation })
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, part.Count);
            hash.AppendData(length);
            hash.AppendData(MemoryMarshal.AsBytes<int>(part.ToArray()));
        }

        for (var i = 0; i < Pixels.Count; i++) hash.AppendData(Pixels[i].Pixels);
        return Convert.ToHexString(hash.GetHashAndReset())[..32];
    }
}
