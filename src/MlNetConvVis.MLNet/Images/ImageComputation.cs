using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.MLNet.Batching;

namespace MlNetConvVis.MLNet.Images;

/// <summary>Decodes and preprocesses files, each thread files of its own.</summary>
internal sealed class ImageComputation(string input, string output, PhotoFolder source, int batchSize) : IBatchComputation
{
    public IReadOnlyList<string> Inputs { get; } = [input];

    public IReadOnlyList<string> Outputs { get; } = [output];

    public IReadOnlyList<IBatchRun> Open()
    {
        var threads = Math.Min(Environment.ProcessorCount, batchSize);
        return [.. Enumerable.Range(0, threads + 1).Select(_ => new ImageRun(source, (batchSize + threads - 1) / threads))];
    }

    public void Dispose()
    {
        // nothing native is held
    }

    private sealed class ImageRun(PhotoFolder source, int capacity) : IBatchRun
    {
        private readonly ImageLoader _loader = new(source.Preprocessing, new ImageLoaderOptions { Strict = true, Threads = 1 });
        private readonly int _length = source.Preprocessing.TensorLength;
        private readonly float[] _pixels = new float[capacity * source.Preprocessing.TensorLength];

        public int Capacity => capacity;

        public void Compute(int rows, IReadOnlyList<ColumnBlock> inputs)
        {
            var files = (ScalarBlock<ReadOnlyMemory<char>>)inputs[0];
            _loader.Load([.. Enumerable.Range(0, rows).Select(row => source.PathOf(files[row].ToString()))], _pixels);
        }

        public Delegate Getter(string output, Func<int> row) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            var slot = row();
            var editor = VBufferEditor.Create(ref value, _length);
            _pixels.AsSpan(slot * _length, _length).CopyTo(editor.Values);
            value = editor.Commit();
        });

        public void Dispose()
        {
            // buffers go with it
        }
    }
}
