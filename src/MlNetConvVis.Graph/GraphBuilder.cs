namespace MlNetConvVis.Graph;

/// <summary>A value of a graph under construction.</summary>
/// <param name="Name">Its name in the graph.</param>
public readonly record struct Value(string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Adds nodes and constants to a graph, giving names that are not yet taken.</summary>
public sealed class GraphBuilder
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<ValueInfo> _inputs = [];
    private readonly Dictionary<string, OnnxTensor> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> _sharedConstants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly int _opset;

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">The operator set version; 18 runs on every provider.</param>
    public GraphBuilder(string name, int opset = OpsetVersions.Written)
    {
        _name = name;
        _opset = opset;
    }

    /// <summary>Starts from a graph, which stays as it is.</summary>
    /// <param name="graph">The graph to add to; its outputs are not taken over.</param>
    public GraphBuilder(OnnxGraph graph)
        : this((graph ?? throw new ArgumentNullException(nameof(graph))).Name, graph.Opset)
    {
        _inputs.AddRange(graph.Inputs);
        _nodes.AddRange(graph.Nodes);
        foreach (var (key, tensor) in graph.Initializers) _initializers.Add(key, tensor);
        foreach (var (key, text) in graph.Metadata) _metadata.Add(key, text);
        _names.UnionWith(graph.Inputs.Select(static i => i.Name));
        _names.UnionWith(graph.Initializers.Keys);
        _names.UnionWith(graph.Nodes.SelectMany(static n => n.Outputs));
    }

    /// <summary>Gets the nodes so far.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>Gets the constants so far, by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Initializers => _initializers;

    /// <summary>Declares an input.</summary>
    /// <param name="name">Its name; must be free.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>The value.</returns>
    public Value Input(string name, ElementType type, TensorShape shape)
    {
        _inputs.Add(new ValueInfo(Take(name), type, shape));
        return new Value(name);
    }

    /// <summary>Adds a constant under a name of its own.</summary>
    /// <param name="name">The wished name; a number is added when it is taken.</param>
    /// <param name="tensor">The constant.</param>
    /// <returns>The value.</returns>
    public Value Constant(string name, OnnxTensor tensor)
    {
        var free = Free(name);
        _initializers.Add(free, tensor);
        return new Value(free);
    }

    /// <summary>Adds a small constant, once for all equal ones.</summary>
    /// <param name="tensor">The constant.</param>
    /// <returns>The value.</returns>
    public Value Shared(OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var key = $"{tensor.Type}[{string.Join(',', tensor.Dims)}]{Convert.ToHexString(tensor.Bytes)}";
        return _sharedConstants.TryGetValue(key, out var known) ? known : _sharedConstants[key] = Constant("const", tensor);
    }

    /// <summary>Adds whole numbers as a one-dimensional constant, such as axes or a shape.</summary>
    /// <param name="values">The numbers.</param>
    /// <returns>The value.</returns>
    public Value Longs(params ReadOnlySpan<long> values) => Shared(OnnxTensor.Of(values, values.Length));

    /// <summary>Adds a real number as a scalar constant.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public Value Scalar(float value) => Shared(OnnxTensor.Of([value]));

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">What it reads; null for an absent optional input.</param>
    /// <param name="attributes">Its attributes, or null for none.</param>
    /// <param name="name">The wished name of the output; the operator's when null.</param>
    /// <param name="domain">The operator set's domain; empty for ONNX's own.</param>
    /// <returns>The output.</returns>
    public Value Node(string op, IReadOnlyList<Value?> inputs, OnnxAttributes? attributes = null, string? name = null, string domain = "") =>
        Node(op, inputs, 1, attributes, name, domain)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">What it reads; null for an absent optional input.</param>
    /// <param name="outputs">How many outputs it makes.</param>
    /// <param name="attributes">Its attributes, or null for none.</param>
    /// <param name="name">The wished name of the first output; the operator's when null.</param>
    /// <param name="domain">The operator set's domain; empty for ONNX's own.</param>
    /// <returns>The outputs.</returns>
    public IReadOnlyList<Value> Node(
        string op, IReadOnlyList<Value?> inputs, int outputs, OnnxAttributes? attributes = null, string? name = null, string domain = "")
    {
        var wished = name ?? op.ToLowerInvariant();
        var made = Enumerable.Range(0, outputs).Select(i => Free(i == 0 ? wished : $"{wished}.{i}")).ToArray();
        _nodes.Add(new OnnxNode(op, made[0], [.. inputs.Select(static i => i?.Name ?? "")], made, attributes ?? OnnxAttributes.None, domain));
        return [.. made.Select(static m => new Value(m))];
    }

    /// <summary>Makes a node give an optional output, such as the indices of a MaxPool.</summary>
    /// <param name="node">A node of this builder, or an earlier state of it.</param>
    /// <param name="index">The output's place; those before it must be there.</param>
    /// <param name="name">The wished name; made from the first output's when null. An output that is there already keeps its own.</param>
    /// <returns>The output.</returns>
    public Value Output(OnnxNode node, int index, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        var place = _nodes.FindIndex(n => n.Outputs[0] == node.Outputs[0]);
        if (place < 0) throw new GraphException($"Node '{node.Label}' is not part of this graph.");
        if (_nodes[place].Output(index) is { } there) return new Value(there);
        var free = Free(name ?? $"{node.Outputs[0]}.{index}");
        _nodes[place] = _nodes[place] with { Outputs = [.. _nodes[place].Outputs.Take(index), free] };
        return new Value(free);
    }

    /// <summary>Gets the tensor behind a constant.</summary>
    /// <param name="value">A value of this graph.</param>
    /// <returns>The tensor, or null when the value is computed or fed.</returns>
    public OnnxTensor? ConstantOf(Value value) => _initializers.GetValueOrDefault(value.Name);

    /// <summary>Sets a metadata property of the model.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="text">Its text.</param>
    public void SetMetadata(string key, string text) => _metadata[key] = text;

    /// <summary>Finishes the graph.</summary>
    /// <param name="outputs">What a caller gets.</param>
    /// <returns>The graph without what the outputs do not need.</returns>
    public OnnxGraph ToGraph(params IEnumerable<ValueInfo> outputs) =>
        new OnnxGraph(_name, _opset, _inputs, outputs, _nodes, _initializers, _metadata).WithoutUnused();

    private string Take(string name) => _names.Add(name) ? name : throw new GraphException($"The name '{name}' is taken already.");

    private string Free(string wished)
    {
        if (_names.Add(wished)) return wished;
        var number = _suffixes.GetValueOrDefault(wished, 1);
        while (!_names.Add($"{wished}_{number}")) number++;
        _suffixes[wished] = number + 1;
        return $"{wished}_{number}";
    }
}
