namespace MlNetConvVis.Graph;

/// <summary>A computation graph: nodes in an order in which each finds its inputs ready. Immutable; edits give new graphs.</summary>
public sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _users = new(StringComparer.Ordinal);

    /// <summary>Creates a graph and checks that it holds together.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">The version of ONNX's operator set.</param>
    /// <param name="inputs">What a caller feeds.</param>
    /// <param name="outputs">What a caller gets.</param>
    /// <param name="nodes">The operations; sorted here when they are not in order.</param>
    /// <param name="initializers">Constants by name.</param>
    /// <param name="metadata">The model's metadata properties.</param>
    /// <exception cref="GraphException">A name is taken twice, a value is read but never made, a node makes nothing, or the graph has a cycle.</exception>
    public OnnxGraph(
        string name,
        int opset,
        IEnumerable<ValueInfo> inputs,
        IEnumerable<ValueInfo> outputs,
        IEnumerable<OnnxNode> nodes,
        IReadOnlyDictionary<string, OnnxTensor> initializers,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        Name = name;
        Opset = opset;
        Inputs = [.. inputs];
        Outputs = [.. outputs];
        Initializers = new SortedDictionary<string, OnnxTensor>(initializers.ToDictionary(), StringComparer.Ordinal);
        Metadata = new SortedDictionary<string, string>(metadata?.ToDictionary() ?? [], StringComparer.Ordinal);
        RefuseTwins();
        Nodes = NodeOrder.Sorted([.. nodes], Inputs.Select(static i => i.Name).Concat(Initializers.Keys));
        Index();
        foreach (var output in Outputs.Where(o => !IsKnown(o.Name)))
            throw new GraphException($"Output '{output.Name}' of graph '{Name}' is made by no node; the model is damaged.");
    }

    /// <summary>Gets the graph's name.</summary>
    public string Name { get; }

    /// <summary>Gets the version of ONNX's operator set.</summary>
    public int Opset { get; }

    /// <summary>Gets what a caller feeds; no initializer is among them.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>Gets what a caller gets.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>Gets the operations, each behind those it reads from.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>Gets the constants by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Initializers { get; }

    /// <summary>Gets the model's metadata properties.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Gets the node that makes a value.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The node, or null for inputs and constants.</returns>
    public OnnxNode? ProducerOf(string value) => _producers.GetValueOrDefault(value);

    /// <summary>Gets the nodes that read a value.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The nodes in order; none for an unused value.</returns>
    public IReadOnlyList<OnnxNode> UsersOf(string value) => _users.TryGetValue(value, out var users) ? users : [];

    /// <summary>Gets whether a value is a constant of the model.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>True for initializers.</returns>
    public bool IsConstant(string value) => Initializers.ContainsKey(value);

    /// <summary>Gets whether a value exists.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>True for inputs, constants and what nodes make.</returns>
    public bool IsKnown(string value) =>
        _producers.ContainsKey(value) || Initializers.ContainsKey(value) || Inputs.Any(i => i.Name == value);

    /// <summary>Changes parts of the graph.</summary>
    /// <param name="inputs">New inputs, or null to keep them.</param>
    /// <param name="outputs">New outputs, or null to keep them.</param>
    /// <param name="nodes">New nodes, or null to keep them.</param>
    /// <param name="initializers">New constants, or null to keep them.</param>
    /// <param name="metadata">New metadata, or null to keep it.</param>
    /// <param name="opset">A new operator set version, or null to keep it.</param>
    /// <returns>A new graph.</returns>
    public OnnxGraph With(
        IEnumerable<ValueInfo>? inputs = null,
        IEnumerable<ValueInfo>? outputs = null,
        IEnumerable<OnnxNode>? nodes = null,
        IReadOnlyDictionary<string, OnnxTensor>? initializers = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        int? opset = null) =>
        new(Name, opset ?? Opset, inputs ?? Inputs, outputs ?? Outputs, nodes ?? Nodes, initializers ?? Initializers, metadata ?? Metadata);

    /// <summary>Leaves out what the outputs do not need.</summary>
    /// <returns>A new graph without unused nodes and constants; inputs stay.</returns>
    public OnnxGraph WithoutUnused()
    {
        var needed = NodeOrder.NeededFor(this, Outputs.Select(static o => o.Name));
        var read = needed.SelectMany(static n => n.Inputs).Concat(Outputs.Select(static o => o.Name)).ToHashSet(StringComparer.Ordinal);
        return With(nodes: needed, initializers: Initializers.Where(i => read.Contains(i.Key)).ToDictionary());
    }

    private void RefuseTwins()
    {
        var names = new HashSet<string>(Initializers.Keys, StringComparer.Ordinal);
        foreach (var input in Inputs.Where(i => !names.Add(i.Name)))
            throw new GraphException($"Input '{input.Name}' of graph '{Name}' is declared twice, or is a constant too; names must be unique.");
        if (Outputs.GroupBy(static o => o.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twin)
            throw new GraphException($"Output '{twin.Key}' of graph '{Name}' is declared twice; names must be unique.");
    }

    private void Index()
    {
        foreach (var node in Nodes)
        {
            foreach (var output in node.Outputs.Where(static o => o.Length > 0))
                _producers.Add(output, node);
            foreach (var input in node.Inputs.Where(static i => i.Length > 0).Distinct(StringComparer.Ordinal))
            {
                if (!_users.TryGetValue(input, out var users))
                    _users[input] = users = [];
                users.Add(node);
            }
        }
    }
}
