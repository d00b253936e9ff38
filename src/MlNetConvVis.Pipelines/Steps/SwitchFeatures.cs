using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Features of a layer with the switches of every max-pooling before it, written while they are computed: images are decoded ahead of the network and
/// forgotten behind it, so that memory does not grow with their number.</summary>
internal static class SwitchFeatures
{
    private const int Batch = 64;

    /// <summary>The file of the features.</summary>
    public static string FileOf(string folder, string name, string layer) => Path.Combine(folder, $"{name}-{FileNames.Of([layer])[layer]}.npy");

    /// <summary>Writes NAME-LAYER.npy, [images, features], and NAME-POOL.switches.npy, [images, channels, height, width], for every pooling.</summary>
    /// <returns>The images that could be read; each is a row of the files.</returns>
    public static IReadOnlyList<int> Write(
        PipelineContext context, ConvNet net, ImageSet images, string folder, string name, (double From, double To) share)
    {
        var (layer, count) = (context.Spec.Transfer!.Layer, images.Images.Count);
        using var extractor = new FeatureExtractor(net, [layer], switches: true, context.Settings, Batch);
        using var files = new Files(extractor, layer, folder, name, count);
        var rows = new List<int>();
        foreach (var batch in new PhotoBatches(images.Sources(), net.RequirePreprocessing(), context.Loading, Batch).Read(context.Cancellation))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            foreach (var broken in batch.Files.Broken) context.Observer.Noted(broken.Message);
            var length = net.RequirePreprocessing().TensorLength;
            extractor.Run(
                batch.Files.Count,
                (i, image) => batch.Images.Span.Slice(i * length, length).CopyTo(image),
                (_, some, features) => files.Append(features, some));
            rows.AddRange(batch.Files.Loaded.Select(i => batch.First + i));
            var done = Math.Min(count, batch.First + Batch);
            context.Observer.Progressed(share.From + ((share.To - share.From) * done / count), $"{name} network, {done} of {count} images");
        }

        files.Complete(rows.Count);
        return rows;
    }

    private static int Length(FeatureExtractor extractor, string name) => checked((int)extractor.ItemShape(name).Aggregate(1L, static (a, b) => a * b));

    /// <summary>The features' file and one for each pooling; they appear together when all is complete.</summary>
    private sealed class Files(FeatureExtractor extractor, string layer, string folder, string name, int images) : IDisposable
    {
        private readonly int _columns = Length(extractor, layer);
        private readonly NpyWriter<float> _features = new(FileOf(folder, name, layer), [images, Length(extractor, layer)]);
        private readonly PoolFile[] _pools = Pools(extractor, layer, folder, name, images);

        public void Append(FeatureBatch batch, int count)
        {
            _features.Append(batch.Floats(layer)[..(count * _columns)]);
            foreach (var pool in _pools) pool.Append(batch, count);
        }

        public void Complete(int rows)
        {
            _features.Complete(rows);
            foreach (var pool in _pools) pool.Writer.Complete(rows);
        }

        public void Dispose()
        {
            _features.Dispose();
            foreach (var pool in _pools) pool.Writer.Dispose();
        }

        private static PoolFile[] Pools(FeatureExtractor extractor, string layer, string folder, string name, int images)
        {
            var files = FileNames.Of([layer, .. extractor.Pools]);
            return [.. extractor.Pools.Select(p => new PoolFile(
                p,
                new NpyWriter<long>(Path.Combine(folder, $"{name}-{files[p]}.switches.npy"), [images, .. extractor.ItemShape(p).Select(static d => (int)d)]),
                Length(extractor, p)))];
        }
    }

    /// <summary>The switches of one pooling.</summary>
    private sealed class PoolFile(string pool, NpyWriter<long> writer, int length)
    {
        private readonly long[] _item = new long[length];

        public NpyWriter<long> Writer => writer;

        public void Append(FeatureBatch batch, int count)
        {
            for (var i = 0; i < count; i++)
            {
                batch.CopySwitches(pool, i, _item);
                writer.Append(_item);
            }
        }
    }
}
