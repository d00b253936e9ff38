using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Specs.Layers;

namespace MlNetConvVis.Specs.Compilation;

/// <summary>Turns layers into nodes, one after the other, working out each shape on the way; weights are planned, not made.</summary>
internal sealed class NetworkCompiler
{
    private const float Epsilon = 1e-5f;

    private readonly NetworkSpec _spec;
    private readonly int? _classes;
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<ParameterPlan> _parameters = [];
    private readonly Dictionary<string, OnnxTensor> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorShape> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float> _dropoutRates = new(StringComparer.Ordinal);
    private bool _usesClasses;

    private NetworkCompiler(NetworkSpec spec, int? classes)
    {
        _spec = spec;
        _classes = classes ?? spec.Classes;
        _shapes[NetworkSpec.ImageName] = new TensorShape(Dim.Free("N"), spec.Input.Channels, spec.Input.Height, spec.Input.Width);
    }

    /// <summary>Plans a network.</summary>
    public static NetworkPlan Plan(NetworkSpec spec, int? classes)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (classes is < 1) throw new SpecException(spec.Position, $"{classes} classes were asked for; 1 or more were wanted.");
        LayerReferences.Check(spec);
        var compiler = new NetworkCompiler(spec, classes);
        var output = compiler.Compile();
        if (classes is not null && !compiler._usesClasses)
        {
            throw new SpecException(
                spec.Layers[^1].Position,
                $"{classes} classes were asked for, but no layer follows their number; write 'units: classes' at the last dense layer.");
        }

        return compiler.Finish(output);
    }

    /// <summary>Adds a node and works out its shape.</summary>
    /// <exception cref="GraphException">The node does not fit its inputs.</exception>
    public string Node(string output, string op, IReadOnlyList<string> inputs, OnnxAttributes? attributes = null)
    {
        var node = new OnnxNode(op, output, inputs, [output], attributes ?? OnnxAttributes.None);
        var read = inputs.Distinct(StringComparer.Ordinal).Select(Info);
        var made = new ValueInfo(output, ElementType.Float, null);
        var alone = new OnnxGraph(output, OpsetVersions.Written, read, [made], [node], new Dictionary<string, OnnxTensor>());
        _shapes[output] = ShapeInference.Infer(alone)[output];
        _nodes.Add(node);
        return output;
    }

    /// <summary>Plans the weights of a layer: <c>name/weights</c>.</summary>
    public string Weights(string layer, long[] dims, long fanIn, long fanOut, WeightInit? init) =>
        Parameter($"{layer}/weights", dims, 0, (init ?? _spec.Init).DeviationFor(fanIn, fanOut), isTrained: true);

    /// <summary>Plans the biases of a layer, which start at 0: <c>name/bias</c>.</summary>
    public string Bias(string layer, long count) => Parameter($"{layer}/bias", [count], 0, 0, isTrained: true);

    /// <summary>Adds batch normalisation that starts as the identity: scale 1, shift 0, running mean 0 and variance 1.</summary>
    public string BatchNormalization(string output, string layer, string input)
    {
        long[] maps = [ShapeOf(input).Known(1)];
        return Node(
            output,
            "BatchNormalization",
            [
                input,
                Parameter($"{layer}/scale", maps, 1, 0, isTrained: true),
                Parameter($"{layer}/shift", maps, 0, 0, isTrained: true),
                Parameter($"{layer}/mean", maps, 0, 0, isTrained: false),
                Parameter($"{layer}/variance", maps, 1, 0, isTrained: false),
            ],
            OnnxAttributes.Of(("epsilon", Epsilon)));
    }

    /// <summary>Adds dropout, which does nothing unless a training graph gives it a mask; its rate stands in the graph too.</summary>
    public string Dropout(string output, string input, float rate)
    {
        var ratio = $"{output}/rate";
        _constants[ratio] = OnnxTensor.Of([rate]);
        _shapes[ratio] = new TensorShape();
        _dropoutRates[output] = rate;
        return Node(output, "Dropout", [input, ratio]);
    }

    /// <summary>Gets a value as [N, features], flattening maps: <c>name/flatten</c>.</summary>
    public string Flattened(string layer, string value) =>
        ShapeOf(value).Rank == 2 ? value : Node($"{layer}/flatten", "Flatten", [value], OnnxAttributes.Of(("axis", 1L)));

    /// <summary>Gets the shape of a value.</summary>
    public TensorShape ShapeOf(string value) => _shapes[value];

    /// <summary>Gets the shape of a value that must be maps.</summary>
    /// <exception cref="GraphException">It has been flattened.</exception>
    public TensorShape MapsOf(string value) => ShapeOf(value) is { Rank: 4 } maps ? maps
        : throw new GraphException(
            $"maps [N, channels, height, width] are wanted, but '{value}' is {ShapeOf(value)}; put this layer before dense and flatten layers.");

    /// <summary>Gets a width as a number.</summary>
    /// <exception cref="GraphException">It is the number of classes, which nobody stated.</exception>
    public long Count(LayerWidth width)
    {
        if (width.Count is { } count) return count;
        _usesClasses = true;
        return _classes ?? throw new GraphException("the number of classes is unknown; add 'classes: …' to the spec, or give it when compiling.");
    }

    private string Compile()
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal) { [NetworkSpec.ImageName] = NetworkSpec.ImageName };
        var before = NetworkSpec.ImageName;
        foreach (var layer in _spec.Layers)
        {
            try
            {
                read[layer.Name] = layer.Compile(this, [.. LayerReferences.Sources(layer, before).Select(s => read[s])]);
            }
            catch (Exception e) when (e is GraphException or OverflowException)
            {
                throw new SpecException(layer.Position, $"layer '{layer.Name}': {e.Message}", e);
            }

            before = layer.Name;
        }

        return read[before];
    }

    private NetworkPlan Finish(string output)
    {
        var inputs = _parameters.Select(p => Info(p.Name)).Prepend(Info(NetworkSpec.ImageName));
        var graph = new OnnxGraph(_spec.Name, OpsetVersions.Written, inputs, [Info(output)], _nodes, _constants, NetworkMetadata.Of(_spec));
        var logits = graph.ProducerOf(output) is { OpType: "Softmax" } softmax ? softmax.Inputs[0] : output;
        return new NetworkPlan(_spec, graph, _parameters, _spec.Layers.ToDictionary(static l => l.Name, l => _shapes[l.Name], StringComparer.Ordinal),
            _dropoutRates, logits);
    }

    private string Parameter(string name, long[] dims, float mean, float deviation, bool isTrained)
    {
        _shapes[name] = TensorShape.Of(dims);
        _parameters.Add(new ParameterPlan(name, dims, mean, deviation, isTrained));
        return name;
    }

    private ValueInfo Info(string name) => new(name, ElementType.Float, _shapes[name]);
}
