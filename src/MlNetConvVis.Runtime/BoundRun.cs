using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime;

/// <summary>The buffers of a session for one batch size, made once and used again and again. Not for several threads at a time.</summary>
public sealed class BoundRun : IDisposable
{
    private readonly GraphSession _session;
    private readonly RunOptions _options = new();
    private readonly Dictionary<string, Array> _buffers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Values> _valuesBySize = [];

    internal BoundRun(GraphSession session, int capacity)
    {
        _session = session;
        Capacity = capacity;
        foreach (var value in session.Graph.Inputs.Concat(session.Graph.Outputs)) _buffers[value.Name] = NewBuffer(value);
    }

    /// <summary>Gets the most items of one run.</summary>
    public int Capacity { get; }

    /// <summary>Gets a float buffer, of the whole capacity, row-major.</summary>
    /// <param name="name">An input or output of the graph.</param>
    /// <returns>The buffer; write inputs before <see cref="Run"/>, read outputs after it.</returns>
    public Span<float> Floats(string name) => Buffer<float>(name);

    /// <summary>Gets an int64 buffer, of the whole capacity, row-major.</summary>
    /// <param name="name">An input or output of the graph.</param>
    /// <returns>The buffer.</returns>
    public Span<long> Longs(string name) => Buffer<long>(name);

    /// <summary>Gets the elements of one item of the batch.</summary>
    /// <param name="name">An input or output of the graph.</param>
    /// <returns>The product of its dimensions but the first.</returns>
    public int ItemLength(string name) => (int)OnnxTensor.Product(Shape(name, 1).Skip(1));

    /// <summary>Gets the shape of an input or output for a number of items.</summary>
    /// <param name="name">An input or output of the graph.</param>
    /// <param name="items">The number of items.</param>
    /// <returns>The dimensions.</returns>
    public long[] Shape(string name, int items) => _session.ShapeOf(Info(name), items);

    /// <summary>Runs the first items of the buffers.</summary>
    /// <param name="items">How many; where the graph fixes its batch, all are run and the rest is to be ignored.</param>
    /// <exception cref="SessionException">ONNX Runtime failed.</exception>
    public void Run(int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, Capacity);
        var size = _session.FixedBatch ?? items;
        if (!_valuesBySize.TryGetValue(size, out var values)) _valuesBySize[size] = values = new Values(this, size);
        try
        {
            _session.Session.Run(_options, values.InputNames, values.Inputs, values.OutputNames, values.Outputs);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SessionException($"ONNX Runtime failed to run the network: {e.Message.Split('\n', 2)[0].Trim()}", e);
        }

        // The native call holds bare pointers. Where this run is the last use of a session that nobody closes, garbage collection would free it under the run.
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var values in _valuesBySize.Values) values.Dispose();
        _options.Dispose();
    }

    private Array NewBuffer(ValueInfo value)
    {
        var length = OnnxTensor.Product(_session.ShapeOf(value, Capacity));
        return value.Type switch
        {
            ElementType.Float => GC.AllocateUninitializedArray<float>(checked((int)length), pinned: true),
            ElementType.Int64 => GC.AllocateUninitializedArray<long>(checked((int)length), pinned: true),
            _ => throw new SessionException($"'{value.Name}' holds {value.Type}; float and int64 are supported. Convert the model to float."),
        };
    }

    private Span<T> Buffer<T>(string name)
        where T : unmanaged => _buffers.TryGetValue(name, out var buffer) && buffer is T[] typed ? typed
        : throw new ArgumentException(
            $"The graph has no input or output '{name}' of {typeof(T).Name}; it has {string.Join(", ", _buffers.Keys)}.", nameof(name));

    private ValueInfo Info(string name) => _session.Graph.Inputs.Concat(_session.Graph.Outputs).First(v => v.Name == name);

    /// <summary>ONNX Runtime's view of the buffers for one number of items.</summary>
    private sealed class Values : IDisposable
    {
        public Values(BoundRun run, int items)
        {
            var graph = run._session.Graph;
            InputNames = [.. graph.Inputs.Select(static i => i.Name)];
            OutputNames = [.. graph.Outputs.Select(static o => o.Name)];
            Inputs = [.. graph.Inputs.Select(i => run.Wrap(i, items))];
            Outputs = [.. graph.Outputs.Select(o => run.Wrap(o, items))];
        }

        public string[] InputNames { get; }

        public string[] OutputNames { get; }

        public OrtValue[] Inputs { get; }

        public OrtValue[] Outputs { get; }

        public void Dispose()
        {
            foreach (var value in Inputs.Concat(Outputs)) value.Dispose();
        }
    }

    private OrtValue Wrap(ValueInfo value, int items)
    {
        var shape = _session.ShapeOf(value, items);
        var length = (int)OnnxTensor.Product(shape);
        return _buffers[value.Name] switch
        {
            float[] floats => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, floats.AsMemory(0, length), shape),
            long[] longs => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, longs.AsMemory(0, length), shape),
            _ => throw new InvalidOperationException($"'{value.Name}' has no buffer."),
        };
    }
}
