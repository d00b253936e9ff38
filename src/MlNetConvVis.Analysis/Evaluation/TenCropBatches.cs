using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Reads images in batches, each as its ten crops one behind the other.</summary>
internal static class TenCropBatches
{
    /// <exception cref="DataException">Preprocessing leaves nothing around the crop.</exception>
    public static IEnumerable<PhotoBatch> Read(
        IReadOnlyList<ImageSource> images, ImagePreprocessing preprocessing, EvaluationOptions options, CancellationToken cancellation)
    {
        var crops = Crops(preprocessing);
        var loader = new ImageLoader(preprocessing, options.Loading);
        var length = TenCrops.Count * preprocessing.TensorLength;
        var tensors = new float[options.Batch * length];
        for (var first = 0; first < images.Count; first += options.Batch)
        {
            var files = loader.LoadCanvases([.. images.Skip(first).Take(options.Batch)], out var canvases, cancellation);
            foreach (var (i, canvas) in canvases.Index()) crops.Fill(canvas, tensors.AsSpan(i * length, length));
            yield return new PhotoBatch(first, files, tensors.AsMemory(0, files.Count * length));
        }
    }

    private static TenCrops Crops(ImagePreprocessing preprocessing)
    {
        try
        {
            return new TenCrops(preprocessing);
        }
        catch (ArgumentException e)
        {
            throw new DataException(e.Message.Split(" (Parameter")[0], e);
        }
    }
}
