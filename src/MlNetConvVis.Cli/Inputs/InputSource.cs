using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>An image that could not be read.</summary>
/// <param name="File">Its path.</param>
/// <param name="Reason">Name, reason and what to do.</param>
internal sealed record SkippedImage(string File, string Reason);

/// <summary>Some inputs, ready for the network.</summary>
/// <param name="Values">One input behind the other.</param>
/// <param name="Names">File and label of each.</param>
/// <param name="Broken">What could not be read.</param>
internal sealed record InputBatch(
    ReadOnlyMemory<float> Values, IReadOnlyList<(string File, string Label)> Names, IReadOnlyList<SkippedImage> Broken);

/// <summary>Inputs in batches, from photos or from a tensor.</summary>
/// <param name="Count">How many inputs there are, broken ones included.</param>
/// <param name="Thing">What one is called.</param>
/// <param name="Read">Reads them.</param>
internal sealed record InputSource(int Count, string Thing, Func<CancellationToken, IEnumerable<InputBatch>> Read)
{
    public static InputSource Of(ImageSet photos, ImagePreprocessing preprocessing, ImageLoaderOptions loading, int batch)
    {
        var batches = new PhotoBatches(photos.Sources(), preprocessing, loading, batch);
        return new InputSource(photos.Images.Count, "image", cancellation => batches.Read(cancellation).Select(b => new InputBatch(
            b.Images,
            [.. b.Files.Loaded.Select(i => Name(photos, b.First + i))],
            [.. b.Files.Broken.Select(static i => new SkippedImage(i.File, i.Message))])));
    }

    public static InputSource Of(TensorFile tensor, string path, int batch)
    {
        var length = tensor.Values.Length / tensor.Count;
        return new InputSource(tensor.Count, "input", _ => Enumerable.Range(0, tensor.Count).Chunk(batch).Select(rows => new InputBatch(
            tensor.Values.AsMemory(rows[0] * length, rows.Length * length),
            [.. rows.Select(row => ($"{path}#{row.ToString(CultureInfo.InvariantCulture)}", ""))],
            [])));
    }

    /// <summary>Says that there was nothing to work on.</summary>
    public static DataException NothingRead(InputSource source) => new(source.Count == 1
        ? $"The {source.Thing} could not be read; nothing was written."
        : FormattableString.Invariant($"None of the {source.Count} {source.Thing}s could be read; nothing was written."));

    /// <summary>Reads one photo.</summary>
    public static (float[] Values, int[] Shape) One(ConvNet net, string photo, ImageLoaderOptions loading)
    {
        var preprocessing = net.RequirePreprocessing();
        var values = new float[preprocessing.TensorLength];
        new ImageLoader(preprocessing, loading).Load([photo], values);
        return (values, InputSize.Of(preprocessing).Shape(net));
    }

    private static (string File, string Label) Name(ImageSet photos, int index)
    {
        var image = photos.Images[index];
        return (image.Path, image.Label == LabelledImage.Unlabelled ? "" : photos.Classes[image.Label]);
    }
}
