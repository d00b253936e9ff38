using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.MLNet.Images;

/// <summary>What <see cref="ImageFileMapping"/> reads: the source's text, a bar, the file.</summary>
internal sealed class ImageFileRow
{
    [ColumnName(ImageFiles.FileColumn)]
    public string File { get; set; } = "";
}

/// <summary>What <see cref="ImageFileMapping"/> makes.</summary>
internal sealed class ImagePixelsRow
{
    [ColumnName(ImageFiles.PixelsColumn)]
    public float[] Pixels { get; set; } = [];
}

/// <summary>
/// Reads one image, in the form that ML.NET can save: a mapping by contract. A contract carries no settings, so each row brings them along in front of
/// its file.
/// </summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class ImageFileMapping : CustomMappingFactory<ImageFileRow, ImagePixelsRow>
{
    /// <summary>The contract's name in a saved model.</summary>
    public const string Contract = "MlNetConvVis.LoadConvNetImages";

    private static readonly ConcurrentDictionary<string, PhotoFolder> s_sources = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Action<ImageFileRow, ImagePixelsRow> GetMapping() => Map;

    internal static void Map(ImageFileRow row, ImagePixelsRow made)
    {
        var bar = row.File.IndexOf('|', StringComparison.Ordinal);
        var source = s_sources.GetOrAdd(row.File[..bar], PhotoFolder.FromText);
        made.Pixels = new float[source.Preprocessing.TensorLength];
        new ImageLoader(source.Preprocessing, new ImageLoaderOptions { Strict = true, Threads = 1 })
            .Load([source.PathOf(row.File[(bar + 1)..])], made.Pixels);
    }
}
