using MlNetConvVis.Graph.Training;

namespace MlNetConvVis.Training;

/// <summary>
/// Gives the batches of an epoch. While one is in use the next is made ready on another thread, in the other of two buffers. What is in a batch depends
/// on seed, epoch and step alone.
/// </summary>
internal sealed class BatchSource
{
    private readonly TrainingSet _set;
    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<DropoutMask> _masks;
    private readonly Augmenter _augmenter;
    private readonly TrainingBatch[] _buffers;
    private readonly int _imageLength;

    public BatchSource(TrainingSet set, TrainingOptions options, IReadOnlyList<DropoutMask> masks)
    {
        (_set, _options, _masks) = (set, options, masks);
        BatchSize = BatchSizeFor(set, options);
        _augmenter = new Augmenter(options.Augmentation, set.Preprocessing);
        _imageLength = set.Preprocessing.TensorLength;
        _buffers = [new TrainingBatch(BatchSize, _imageLength, masks), new TrainingBatch(BatchSize, _imageLength, masks)];
    }

    public int BatchSize { get; }

    /// <summary>Whole batches only: the pictures left over wait for another epoch's order.</summary>
    public int StepsPerEpoch => _set.Training.Count / BatchSize;

    public static int BatchSizeFor(TrainingSet set, TrainingOptions options) => Math.Min(options.BatchSize, set.Training.Count);

    /// <summary>Gives an epoch's batches in order; each is valid until the next is asked for.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    public IEnumerable<TrainingBatch> Epoch(int epoch)
    {
        var order = Order(epoch);
        var next = Task.Run(() => Filled(epoch, 0, order));
        try
        {
            for (var step = 0; step < StepsPerEpoch; step++)
            {
                var ready = next.GetAwaiter().GetResult();
                var following = step + 1;
                if (following < StepsPerEpoch) next = Task.Run(() => Filled(epoch, following, order));
                yield return ready;
            }
        }
        finally
        {
            ((IAsyncResult)next).AsyncWaitHandle.WaitOne();      // when the loop is left early: the buffers must be at rest
        }
    }

    private int[] Order(int epoch)
    {
        int[] order = [.. _set.Training];
        SeededRandom.For(_options.Seed, SeededRandom.Order, (ulong)epoch).Shuffle(order.AsSpan());
        return order;
    }

    private TrainingBatch Filled(int epoch, int step, int[] order)
    {
        var batch = _buffers[step % 2];
        var places = new ArraySegment<int>(order, step * BatchSize, BatchSize);
        var pictures = _set.Pixels.Read(places);
        for (var i = 0; i < BatchSize; i++)
        {
            var index = places[i];
            var random = SeededRandom.For(_options.Seed, SeededRandom.Picture, (ulong)epoch, (ulong)index);
            _augmenter.Apply(pictures[i], random, batch.Images.AsSpan(i * _imageLength, _imageLength));
            batch.Labels[i] = _set.Labels[index];
        }

        foreach (var (place, mask) in _masks.Index())
        {
            var random = SeededRandom.For(_options.Seed, SeededRandom.Dropout, (ulong)epoch, ((ulong)step << 16) + (ulong)place);
            var kept = 1 / (1 - mask.Rate);
            foreach (ref var value in batch.Masks[place].AsSpan()) value = random.Unit() < mask.Rate ? 0 : kept;
        }

        return batch;
    }
}
