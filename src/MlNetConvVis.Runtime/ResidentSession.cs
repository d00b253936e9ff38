using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime;

/// <summary>
/// A session whose state stays in the runtime's memory between runs, on whichever device: what one run puts out is what the next one takes in.
/// Everything else is fed and read like in <see cref="BoundRun"/>.
/// </summary>
public sealed class ResidentSession : IStatefulSession
{
    private readonly InferenceSession _session;
    private readonly OnnxGraph _graph;
    private readonly RunOptions _options = new();
    private readonly OrtAllocator _allocator;
    private readonly OrtMemoryInfo _memory;
    private readonly IReadOnlyList<StateSlot> _slots;
    private readonly Dictionary<string, (Array Buffer, OrtValue Value)> _fed = new(StringComparer.Ordinal);
    private readonly OrtIoBinding[] _bindings;
    private int _current;

    /// <summary>Opens the session and places the state.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">What stays: input name, output name, value before the first run.</param>
    /// <param name="batch">The number of items of every run.</param>
    /// <param name="settings">Device and threads.</param>
    /// <exception cref="SessionException">ONNX Runtime refuses the graph, or the device is missing.</exception>
    public ResidentSession(OnnxGraph graph, IEnumerable<(string Input, string Output, OnnxTensor Initial)> state, int batch, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        _graph = graph ?? throw new ArgumentNullException(nameof(graph));
        (_session, Provider) = SessionFactory.Open(graph, settings ?? throw new ArgumentNullException(nameof(settings)));
        var cuda = Provider == SessionFactory.CudaProvider;
        _memory = new OrtMemoryInfo(cuda ? "Cuda" : "Cpu", OrtAllocatorType.DeviceAllocator, cuda ? settings.Device.Index : 0, OrtMemType.Default);
        _allocator = new OrtAllocator(_session, _memory);
        _slots = [.. state.Select(s => new StateSlot(s.Input, s.Output, s.Initial.Dims.ToArray(), [Allocate(s.Initial), Allocate(s.Initial)]))];
        var resident = _slots.SelectMany(static s => new[] { s.Input, s.Output }).ToHashSet(StringComparer.Ordinal);
        foreach (var value in graph.Inputs.Concat(graph.Outputs).Where(v => !resident.Contains(v.Name))) _fed[value.Name] = NewBuffer(value, batch);
        _bindings = [Bind(0), Bind(1)];
        Place(_slots.Zip(state, static (slot, s) => (slot.Input, s.Initial)));
    }

    /// <summary>Gets the execution provider.</summary>
    public string Provider { get; }

    /// <summary>Gets the buffer of a fed input or a read output.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The buffer.</returns>
    public Span<float> Floats(string name) => (float[])_fed[name].Buffer;

    /// <summary>Gets the buffer of a fed int64 input or output.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The buffer.</returns>
    public Span<long> Longs(string name) => (long[])_fed[name].Buffer;

    /// <summary>Runs once; the state moves on.</summary>
    /// <exception cref="SessionException">ONNX Runtime failed; the state is as before.</exception>
    public void Run()
    {
        try
        {
            _session.RunWithBinding(_options, _bindings[_current]);
            _bindings[_current].SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            throw new SessionException($"ONNX Runtime failed to run the training step: {e.Message.Split('\n', 2)[0].Trim()}", e);
        }

        _current = 1 - _current;       // after the native call, which holds bare pointers: this use keeps what they point to from garbage collection
    }

    /// <summary>Copies the state out.</summary>
    /// <returns>Tensors by input name.</returns>
    public IReadOnlyDictionary<string, OnnxTensor> ReadState() => _slots.ToDictionary(static s => s.Input, s => Read(s, _current), StringComparer.Ordinal);

    /// <summary>Copies out the state as it was before the latest run.</summary>
    /// <returns>Tensors by input name; before the first run they hold nothing of use.</returns>
    public IReadOnlyDictionary<string, OnnxTensor> ReadPreviousState() =>
        _slots.ToDictionary(static s => s.Input, s => Read(s, 1 - _current), StringComparer.Ordinal);

    /// <summary>Replaces the state.</summary>
    /// <param name="state">Tensors by input name; all or some.</param>
    public void WriteState(IReadOnlyDictionary<string, OnnxTensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Place(state.Select(static s => (s.Key, s.Value)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var binding in _bindings) binding.Dispose();
        foreach (var (_, value) in _fed.Values) value.Dispose();
        foreach (var value in _slots.SelectMany(static s => s.Values)) value.Dispose();
        _allocator.Dispose();
        _memory.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static (Array Buffer, OrtValue Value) NewBuffer(ValueInfo info, int batch)
    {
        var shape = info.Shape!.Dims.Select(d => d.IsKnown ? d.Size : batch).ToArray();
        var length = (int)OnnxTensor.Product(shape);
        if (info.Type == ElementType.Int64)
        {
            var longs = GC.AllocateArray<long>(length, pinned: true);
            return (longs, OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, longs.AsMemory(), shape));
        }

        var floats = GC.AllocateArray<float>(length, pinned: true);
        return (floats, OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, floats.AsMemory(), shape));
    }

    private OrtValue Allocate(OnnxTensor initial) =>
        OrtValue.CreateAllocatedTensorValue(_allocator, TensorElementType.Float, [.. initial.Dims]);

    private OrtIoBinding Bind(int current)
    {
        var binding = _session.CreateIoBinding();
        foreach (var slot in _slots)
        {
            binding.BindInput(slot.Input, slot.Values[current]);
            binding.BindOutput(slot.Output, slot.Values[1 - current]);
        }

        foreach (var input in _graph.Inputs.Where(i => _fed.ContainsKey(i.Name))) binding.BindInput(input.Name, _fed[input.Name].Value);
        foreach (var output in _graph.Outputs.Where(o => _fed.ContainsKey(o.Name))) binding.BindOutput(output.Name, _fed[output.Name].Value);
        return binding;
    }

    private void Place(IEnumerable<(string Input, OnnxTensor Tensor)> values)
    {
        var bySlot = _slots.ToDictionary(static s => s.Input, StringComparer.Ordinal);
        foreach (var (input, tensor) in values)
        {
            if (!bySlot.TryGetValue(input, out var slot)) throw new SessionException($"The training step has no state '{input}'.");
            if (!slot.Dims.SequenceEqual(tensor.Dims))
                throw new SessionException($"State '{input}' has shape [{string.Join(',', slot.Dims)}], but [{string.Join(',', tensor.Dims)}] came.");
            DeviceCopy.ToDevice(tensor, slot.Values[_current], Provider == SessionFactory.CudaProvider);
        }
    }

    private OnnxTensor Read(StateSlot slot, int which) => DeviceCopy.ToHost(slot.Values[which], slot.Dims, Provider == SessionFactory.CudaProvider);

    private sealed record StateSlot(string Input, string Output, long[] Dims, OrtValue[] Values);
}
