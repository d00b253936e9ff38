using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>
/// A graph whose inputs and outputs are named like columns. On the processor the rows of a batch are dealt to its threads, each with buffers of
/// its own over one session: quicker than all threads on one image after the other.
/// </summary>
internal sealed class GraphComputation : IBatchComputation
{
    private readonly SessionSettings _settings;
    private readonly Lazy<GraphSession> _session;
    private readonly ConcurrentBag<GraphRun> _idle = [];
    private bool _disposed;

    public GraphComputation(OnnxGraph graph, SessionSettings settings, int batchSize)
    {
        (Graph, _settings, BatchSize) = (graph, settings, batchSize);
        Inputs = [.. graph.Inputs.Select(static i => i.Name)];
        Outputs = [.. graph.Outputs.Select(static o => o.Name)];
        _session = new(() => new GraphSession(Graph, settings with { Threads = 1 }));
    }

    public OnnxGraph Graph { get; }

    public IReadOnlyList<string> Inputs { get; }

    public IReadOnlyList<string> Outputs { get; }

    public int BatchSize { get; }

    public IBatchRun Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _idle.TryTake(out var run) ? run : new GraphRun(this, Lanes());
    }

    /// <summary>Closes the session; runs that are still open are closed when they come back.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var run)) run.Close();
        if (_session.IsValueCreated) _session.Value.Dispose();
    }

    private void Return(GraphRun run)
    {
        if (_disposed) run.Close();
        else _idle.Add(run);
    }

    private BoundRun[] Lanes()
    {
        var session = _session.Value;
        var count = session.Provider == SessionSettings.ProcessorProvider ? Math.Min(_settings.ThreadCount, BatchSize) : 1;
        return [.. Enumerable.Range(0, count).Select(_ => session.Bind((BatchSize + count - 1) / count))];
    }

    private sealed class GraphRun(GraphComputation owner, BoundRun[] lanes) : IBatchRun
    {
        // Where a network fixes its batch a lane may hold fewer rows than its share: then it runs several times, and results are kept apart.
        private readonly Dictionary<string, Array> _results = owner.Graph.Outputs.ToDictionary(
            static o => o.Name,
            o => o.Type == ElementType.Float
                ? (Array)new float[owner.BatchSize * lanes[0].ItemLength(o.Name)] : new long[owner.BatchSize * lanes[0].ItemLength(o.Name)],
            StringComparer.Ordinal);

        public void Compute(int rows, IReadOnlyList<ColumnBlock> inputs)
        {
            var share = (rows + lanes.Length - 1) / lanes.Length;
            try
            {
                Parallel.For(0, (rows + share - 1) / share, lane => ComputeShare(lanes[lane], lane * share, Math.Min(rows, (lane + 1) * share), inputs));
            }
            catch (AggregateException e) when (e.InnerExceptions.Count > 0)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }

        public Delegate Getter(string output, Func<int> row) => _results[output] switch
        {
            float[] floats => Getter(floats, lanes[0].ItemLength(output), row),
            long[] longs => Getter(longs, lanes[0].ItemLength(output), row),
            _ => throw new InvalidOperationException($"'{output}' holds neither float nor int64."),
        };

        public void Dispose() => owner.Return(this);

        public void Close()
        {
            foreach (var lane in lanes) lane.Dispose();
        }

        private static ValueGetter<VBuffer<T>> Getter<T>(T[] values, int length, Func<int> row) => (ref VBuffer<T> value) =>
        {
            var editor = VBufferEditor.Create(ref value, length);
            values.AsSpan(row() * length, length).CopyTo(editor.Values);
            value = editor.Commit();
        };

        private void ComputeShare(BoundRun lane, int first, int end, IReadOnlyList<ColumnBlock> inputs)
        {
            for (; first < end; first += lane.Capacity)
            {
                var count = Math.Min(lane.Capacity, end - first);
                for (var i = 0; i < inputs.Count; i++) Write(lane, owner.Graph.Inputs[i], inputs[i], first, count);
                lane.Run(count);
                foreach (var (name, values) in _results)
                {
                    var length = lane.ItemLength(name);
                    if (values is float[] floats) lane.Floats(name)[..(count * length)].CopyTo(floats.AsSpan(first * length));
                    else lane.Longs(name)[..(count * length)].CopyTo(((long[])values).AsSpan(first * length));
                }
            }
        }

        private static void Write(BoundRun lane, ValueInfo input, ColumnBlock column, int first, int count)
        {
            var length = lane.ItemLength(input.Name);
            for (var i = 0; i < count; i++)
            {
                switch (column)
                {
                    case VectorBlock<float> floats:
                        Copy(in floats[first + i], lane.Floats(input.Name).Slice(i * length, length), input.Name);
                        break;
                    case VectorBlock<long> longs:
                        Copy(in longs[first + i], lane.Longs(input.Name).Slice(i * length, length), input.Name);
                        break;
                    case ScalarBlock<long> longs when length == 1:
                        lane.Longs(input.Name)[i] = longs[first + i];
                        break;
                    default:
                        throw new InvalidOperationException($"Column '{input.Name}' does not hold what was promised when the pipeline was fitted.");
                }
            }
        }

        private static void Copy<T>(in VBuffer<T> from, Span<T> to, string column)
        {
            if (from.Length != to.Length)
            {
                throw new InvalidOperationException(
                    $"A row's vector in column '{column}' has {from.Length} values, but the network takes {to.Length}. Resize the images to one size.");
            }

            from.CopyTo(to);
        }
    }
}
