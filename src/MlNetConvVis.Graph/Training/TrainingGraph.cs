using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Training;

/// <summary>
/// Builds a training step from a forward graph: the same reversal as for pictures, run to the parameters, between a loss and an update.
/// </summary>
public sealed class TrainingGraph
{
    private const string LabelsName = "labels";
    private const string RateName = "learning-rate";

    private readonly SgdOptions _options;
    private readonly OnnxGraph _forward;
    private readonly GraphBuilder _build;
    private readonly Value _rate;
    private readonly List<StateTensor> _state = [];
    private readonly List<ValueInfo> _updated = [];

    private TrainingGraph(OnnxGraph forward, SgdOptions options, Value rate, GraphBuilder build)
    {
        (_forward, _options, _rate, _build) = (forward, options, rate, build);
    }

    /// <summary>Builds the step.</summary>
    /// <param name="network">A network in canonical form with one image input and one output: logits [N, classes], or their softmax.</param>
    /// <param name="options">How to update.</param>
    /// <param name="dropout">The rate of each Dropout node, by the name of the value it makes; others pass through.</param>
    /// <returns>The step.</returns>
    /// <exception cref="GraphException">The network has several inputs or outputs, or no parameters.</exception>
    public static TrainingStep Of(OnnxGraph network, SgdOptions options, IReadOnlyDictionary<string, float>? dropout = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        if (network.Inputs.Count != 1 || network.Outputs.Count != 1)
        {
            throw new GraphException(
                $"The network has {network.Inputs.Count} inputs and {network.Outputs.Count} outputs; one image input and one output were wanted.");
        }

        var parameters = TrainingForm.ParametersOf(network);
        if (parameters.Count == 0) throw new GraphException("The network has no weights to train.");
        var (forward, logits, masks) = TrainingForm.Of(PoolFirst.Of(network), dropout ?? new Dictionary<string, float>(), parameters);
        var build = new GraphBuilder(forward);
        var labels = build.Input(LabelsName, ElementType.Int64, new TensorShape(forward.Inputs[0].Shape![0]));
        var rate = build.Input(RateName, ElementType.Float, new TensorShape());
        return new TrainingGraph(forward, options, rate, build).Finish(network, parameters, logits, labels, masks);
    }

    private TrainingStep Finish(OnnxGraph network, IReadOnlyList<TrainableParameter> parameters, string logits, Value labels, IReadOnlyList<DropoutMask> masks)
    {
        var (loss, correct, seed) = CrossEntropy(logits, labels);
        var gradients = ReversalPass.Append(
            _forward, _build, new Dictionary<string, Value> { [logits] = seed }, [.. parameters.Select(static p => p.Name)], ReversalRules.Gradient);
        foreach (var parameter in parameters)
        {
            if (gradients.TryGetValue(parameter.Name, out var gradient)) Update(parameter, network.Initializers[parameter.Name], gradient);
        }

        foreach (var norm in _forward.Nodes.Where(static n => n.OpType == "BatchNormalization" && n.Attributes.Int("training_mode", 0) == 1))
            KeepStatistics(network, norm);
        var outputs = new List<ValueInfo>
        {
            new(loss.Name, ElementType.Float, new TensorShape()),
            new(correct.Name, ElementType.Int64, new TensorShape()),
        };
        outputs.AddRange(_updated);
        return new TrainingStep(_build.ToGraph(outputs), network.Inputs[0].Name, LabelsName, RateName, loss.Name, correct.Name, _state, masks);
    }

    /// <summary>
    /// loss = -mean over the batch of log softmax(z)[label] (smoothed labels where asked for), and its derivative with respect to z: (softmax(z) - labels) / N.
    /// </summary>
    private (Value Loss, Value Correct, Value Seed) CrossEntropy(string logits, Value labels)
    {
        var shape = ShapeInference.Infer(_forward)[logits];
        if (shape.Rank != 2) throw new GraphException($"The network's output '{logits}' has shape {shape}; [N, classes] was wanted.");
        var (build, z, classes) = (_build, new Value(logits), shape.Known(1));
        var (off, on) = (_options.LabelSmoothing / classes, 1 - _options.LabelSmoothing + (_options.LabelSmoothing / classes));
        var wanted = build.Node("OneHot", [labels, build.Longs(classes), build.Shared(OnnxTensor.Of([off, on], 2))],
            OnnxAttributes.Of(("axis", -1L)), "wanted");
        var logs = build.Node("LogSoftmax", [z], OnnxAttributes.Of(("axis", -1L)), "log-probabilities");
        var sums = build.ReduceSum(build.Mul(wanted, logs), [1], keep: false);
        var loss = build.Node("Neg", [build.ReduceMean(sums, [0], keep: false)], name: "loss");
        var count = build.Cast(build.Node("Shape", [labels]), ElementType.Float);
        var seed = build.Div(build.Sub(build.Node("Exp", [logs]), wanted), count);
        var guess = build.Node("ArgMax", [z], OnnxAttributes.Of(("axis", -1L), ("keepdims", 0L)));
        var right = build.Cast(build.Node("Equal", [guess, labels]), ElementType.Int64);
        return (loss, build.Node("ReduceSum", [right, build.Longs(0)], OnnxAttributes.Of(("keepdims", 0L)), "correct"), seed);
    }

    /// <summary>v = m*v + (g + d*w); w = w - rate*v; a filter whose RMS exceeds the limit is scaled back to it, others stay to the bit.</summary>
    private void Update(TrainableParameter parameter, OnnxTensor initial, Value gradient)
    {
        var weight = new Value(parameter.Name);
        var decayed = parameter.IsWeight && _options.WeightDecay > 0
            ? _build.Add(gradient, _build.Mul(weight, _build.Scalar(_options.WeightDecay))) : gradient;
        var velocity = _build.Input($"{parameter.Name}/velocity", ElementType.Float, TensorShape.Of(initial.Dims));
        var newVelocity = _build.Add(_build.Mul(velocity, _build.Scalar(_options.Momentum)), decayed);
        var moved = _build.Sub(weight, _build.Mul(newVelocity, _rate));
        var limited = parameter.IsFilter && _options.FilterRmsLimit is { } limit ? Limited(moved, initial.Dims.Count, limit) : moved;
        Keep(parameter.Name, limited, initial, parameter.Name);
        Keep(velocity.Name, newVelocity, OnnxTensor.FromBytes(ElementType.Float, initial.Dims, new byte[initial.Bytes.Length]), null);
    }

    private Value Limited(Value filters, int rank, float limit)
    {
        long[] axes = [.. Enumerable.Range(1, rank - 1).Select(static a => (long)a)];
        var rms = _build.Node("Sqrt", [_build.ReduceMean(_build.Mul(filters, filters), axes, keep: true)]);
        return _build.Mul(filters, _build.Node("Min", [_build.Scalar(1), _build.Div(_build.Scalar(limit), rms)]));
    }

    /// <summary>running = m*running + (1-m)*batch, with the unbiased variance n/(n-1) as PyTorch keeps it.</summary>
    private void KeepStatistics(OnnxGraph network, OnnxNode norm)
    {
        var shape = ShapeInference.Infer(_forward)[norm.Inputs[0]];
        var places = Enumerable.Range(2, shape.Rank - 2).Select(shape.Known).Aggregate(1L, static (a, b) => a * b);
        var count = _build.Mul(_build.Cast(_build.Node("Shape", [new Value(LabelsName)]), ElementType.Float), _build.Scalar(places));
        var unbiased = _build.Div(count, _build.Node("Max", [_build.Sub(count, _build.Scalar(1)), _build.Scalar(1)]));
        foreach (var (place, batch) in new[] { (3, new Value(norm.Outputs[1])), (4, _build.Mul(new Value(norm.Outputs[2]), unbiased)) })
        {
            var initial = network.Initializers[norm.Inputs[place]];
            var running = _build.Input($"{norm.Inputs[place]}/running", ElementType.Float, TensorShape.Of(initial.Dims));
            var momentum = _options.StatisticsMomentum;
            var next = _build.Add(_build.Mul(running, _build.Scalar(momentum)), _build.Mul(batch, _build.Scalar(1 - momentum)));
            Keep(running.Name, next, initial, norm.Inputs[place]);
        }
    }

    private void Keep(string name, Value updated, OnnxTensor initial, string? weight)
    {
        _state.Add(new StateTensor(name, updated.Name, initial, weight));
        _updated.Add(new ValueInfo(updated.Name, ElementType.Float, TensorShape.Of(initial.Dims)));
    }
}
