using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>Takes training steps with TorchSharp, by the names and with the state of the ONNX training step.</summary>
internal sealed class TorchTrainingSession : IStatefulSession
{
    private readonly OnnxGraph _network;
    private readonly SgdOptions _options;
    private readonly TrainingStep _step;
    private readonly TorchArithmetic _arithmetic;
    private readonly string _logits;
    private readonly Dictionary<string, (Array Values, long[] Dims)> _fed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _state = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _previous = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _known = new(StringComparer.Ordinal);
    private readonly List<TorchParameter> _parameters = [];
    private readonly float[] _loss = new float[1];
    private readonly long[] _correct = new long[1];

    public TorchTrainingSession(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, TorchArithmetic arithmetic)
    {
        (_network, _options, _step, _arithmetic) = (network, options, step, arithmetic);
        var output = network.Outputs[0].Name;
        _logits = network.ProducerOf(output) is { OpType: "Softmax" } softmax ? softmax.Inputs[0] : output;
        foreach (var name in step.Masks.Select(static m => m.Name).Append(step.Images).Append(step.Labels).Append(step.LearningRate))
            _fed[name] = NewBuffer(step.Graph.Inputs.Single(i => i.Name == name), batch);
        PlaceState();
    }

    /// <inheritdoc/>
    public string Provider => $"Torch {_arithmetic.Device}";

    /// <inheritdoc/>
    public Span<float> Floats(string name) => name == _step.Loss ? _loss : (float[])_fed[name].Values;

    /// <inheritdoc/>
    public Span<long> Longs(string name) => name == _step.Correct ? _correct : (long[])_fed[name].Values;

    /// <inheritdoc/>
    public void Run()
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var (name, now) in _state) _previous[name].copy_(now);
        }

        var labels = tensor((long[])_fed[_step.Labels].Values, device: _arithmetic.Device);
        var logits = _arithmetic.Full(Forward());
        var loss = nn.functional.cross_entropy(logits, labels, label_smoothing: _options.LabelSmoothing);
        var gradients = TorchGradients.Of(loss, [.. _parameters.Select(static p => p.Weight)], _arithmetic.Reduced is not null);
        using (no_grad())
        {
            foreach (var (parameter, gradient) in _parameters.Zip(gradients))
                parameter.Move(gradient, _options, Floats(_step.LearningRate)[0]);
            _correct[0] = logits.argmax(1).eq(labels).sum().ToInt64();
            _loss[0] = loss.ToSingle();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, OnnxTensor> ReadState() => Copies(_state);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, OnnxTensor> ReadPreviousState() => Copies(_previous);

    /// <inheritdoc/>
    public void WriteState(IReadOnlyDictionary<string, OnnxTensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var untracked = no_grad();
        foreach (var (name, value) in state)
        {
            if (!_state.TryGetValue(name, out var place)) throw new SessionException($"The training step has no state '{name}'.");
            if (!place.shape.SequenceEqual(value.Dims))
                throw new SessionException($"State '{name}' has shape [{string.Join(',', place.shape)}], but [{string.Join(',', value.Dims)}] came.");
            using var copy = _arithmetic.Place(value);
            place.copy_(copy);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.Values.Concat(_previous.Values).Concat(_known.Values).Distinct<Tensor>(ReferenceEqualityComparer.Instance).ToArray())
            tensor.Dispose();
    }

    private Tensor Forward()
    {
        var masks = _step.Masks.ToDictionary(static m => m.Name[..^"/mask".Length], m => Fed(m.Name), StringComparer.Ordinal);
        var values = new TorchValues(_arithmetic, _known) { Masks = masks, StatisticsMomentum = _options.StatisticsMomentum };
        values.Set(_step.Images, Fed(_step.Images));
        return TorchForward.Run(_network, _logits, values);
    }

    private Tensor Fed(string name) => tensor((float[])_fed[name].Values, _fed[name].Dims, device: _arithmetic.Device);

    private void PlaceState()
    {
        foreach (var state in _step.State) (_state[state.Name], _previous[state.Name]) = (_arithmetic.Place(state.Initial), _arithmetic.Place(state.Initial));
        foreach (var state in _step.State.Where(static s => s.Weight is not null)) _known[state.Weight!] = _state[state.Name];
        foreach (var (name, constant) in _network.Initializers.Where(i => i.Value.Type == ElementType.Float && !_known.ContainsKey(i.Key)))
            _known[name] = _arithmetic.Place(constant);
        foreach (var state in _step.State.Where(static s => s.Name == s.Weight))
        {
            var reader = _network.UsersOf(state.Name)[0];
            var isWeight = reader.OpType != "BatchNormalization" && reader.Input(1) == state.Name && reader.OpType != "Add";
            _parameters.Add(new TorchParameter(
                _state[state.Name].requires_grad_(), _state[$"{state.Name}/velocity"], isWeight, isWeight && reader.OpType == "Conv"));
        }
    }

    private static Dictionary<string, OnnxTensor> Copies(Dictionary<string, Tensor> state) =>
        state.ToDictionary(static s => s.Key, static s => Copy(s.Value), StringComparer.Ordinal);

    private static OnnxTensor Copy(Tensor tensor)
    {
        using var untracked = no_grad();
        using var here = tensor.cpu().contiguous();
        return OnnxTensor.Of(here.data<float>().ToArray(), tensor.shape);
    }

    private static (Array Values, long[] Dims) NewBuffer(ValueInfo info, int batch)
    {
        var dims = info.Shape!.Dims.Select(d => d.IsKnown ? d.Size : batch).ToArray();
        var length = OnnxTensor.Product(dims);
        return (info.Type == ElementType.Int64 ? new long[length] : new float[length], dims);
    }
}
