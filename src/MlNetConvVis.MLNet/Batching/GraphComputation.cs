using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>
/// A graph whose inputs and outputs are named like columns. On the processor each thread computes rows of its own over one session: quicker than all
/// threads on one image after the other.
/// </summary>
internal sealed class GraphComputation : IBatchComputation
{
    private readonly SessionSettings _settings;
    private readonly int _batchSize;
    private readonly Lazy<GraphSession> _session;
    private readonly Lock _gate = new();
    private readonly Stack<GraphRun> _idle = [];
    private int _open;
    private bool _disposed;

    /// <param name="graph">The graph.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batchSize">How many rows are computed at a time, by all threads together.</param>
    public GraphComputation(OnnxGraph graph, SessionSettings settings, int batchSize)
    {
        (Graph, _settings, _batchSize) = (graph, settings, batchSize);
        Inputs = [.. graph.Inputs.Select(static i => i.Name)];
        Outputs = [.. graph.Outputs.Select(static o => o.Name)];
        _session = new(() => new GraphSession(Graph, settings with { Threads = 1 }));
    }

    public OnnxGraph Graph { get; }

    public IReadOnlyList<string> Inputs { get; }

    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyList<IBatchRun> Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var session = _session.Value;
            var threads = session.Provider == SessionSettings.ProcessorProvider ? Math.Min(_settings.ThreadCount, _batchSize) : 1;
            var share = (_batchSize + threads - 1) / threads;
            IBatchRun[] runs = [.. Enumerable.Range(0, threads + 1).Select(_ => _idle.TryPop(out var run) ? run : new GraphRun(this, session.Bind(share)))];
            _open += runs.Length;
            return runs;
        }
    }

    /// <summary>Closes the session, or has the last reader close it that still computes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            CloseWhatIsIdle();
        }
    }

    private void Return(GraphRun run)
    {
        lock (_gate)
        {
            _idle.Push(run);
            _open--;
            if (_disposed) CloseWhatIsIdle();
        }
    }

    private void CloseWhatIsIdle()
    {
        while (_idle.TryPop(out var run)) run.Close();
        if (_open == 0 && _session.IsValueCreated) _session.Value.Dispose();
    }

    private sealed class GraphRun(GraphComputation owner, BoundRun run) : IBatchRun
    {
        public int Capacity => run.Capacity;

        public void Compute(int rows, IReadOnlyList<ColumnBlock> inputs)
        {
            for (var i = 0; i < inputs.Count; i++) Write(owner.Graph.Inputs[i].Name, inputs[i], rows);
            run.Run(rows);
        }

        public Delegate Getter(string output, Func<int> row) => owner.Graph.Outputs.First(o => o.Name == output).Type switch
        {
            ElementType.Float => Getter(() => run.Floats(output), run.ItemLength(output), row),
            ElementType.Int64 => Getter(() => run.Longs(output), run.ItemLength(output), row),
            var type => throw new InvalidOperationException($"'{output}' holds {type}, neither float nor int64."),
        };

        public void Dispose() => owner.Return(this);

        public void Close() => run.Dispose();

        private static ValueGetter<VBuffer<T>> Getter<T>(Values<T> values, int length, Func<int> row) => (ref VBuffer<T> value) =>
        {
            var slot = row();
            var editor = VBufferEditor.Create(ref value, length);
            values().Slice(slot * length, length).CopyTo(editor.Values);
            value = editor.Commit();
        };

        private void Write(string input, ColumnBlock column, int rows)
        {
            var length = run.ItemLength(input);
            for (var i = 0; i < rows; i++)
            {
                switch (column)
                {
                    case VectorBlock<float> floats:
                        Copy(in floats[i], run.Floats(input).Slice(i * length, length), input);
                        break;
                    case VectorBlock<long> longs:
                        Copy(in longs[i], run.Longs(input).Slice(i * length, length), input);
                        break;
                    case ScalarBlock<long> longs when length == 1:
                        run.Longs(input)[i] = longs[i];
                        break;
                    default:
                        throw new InvalidOperationException($"Column '{input}' does not hold what was promised when the pipeline was fitted.");
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

    private delegate Span<T> Values<T>();
}
