namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Puts in the place of each If the branch that is always taken. Exporters write such nodes where a program asked for a size: PyTorch's LocalResponseNorm
/// squeezes an axis "if its size is one". The condition then follows from constants and sizes alone.
/// </summary>
internal static class DecidedBranches
{
    /// <summary>Rewrites a graph.</summary>
    /// <exception cref="GraphException">A condition depends on the images.</exception>
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        while (graph.Nodes.Any(IsIf))
        {
            var decided = Conditions(graph);
            if (decided.Count == 0) throw Undecided(graph.Nodes.First(IsIf));
            var taken = graph.Nodes.Where(n => IsIf(n) && decided.ContainsKey(n.Inputs[0])).ToDictionary(static n => n, n => Taken(n, decided[n.Inputs[0]]));
            var constants = new Dictionary<string, OnnxTensor>(graph.Initializers, StringComparer.Ordinal);
            foreach (var (name, tensor) in taken.Values.SelectMany(static b => b.Initializers)) constants[name] = tensor;
            graph = graph.With(nodes: graph.Nodes.SelectMany(n => taken.TryGetValue(n, out var branch) ? InPlaceOf(n, branch) : [n]), initializers: constants);
        }

        return graph;
    }

    private static bool IsIf(OnnxNode node) => node.OpType == "If" && node.Domain.Length == 0;

    /// <summary>The conditions that can be worked out beforehand and what they are.</summary>
    private static Dictionary<string, bool> Conditions(OnnxGraph graph)
    {
        var wanted = graph.Nodes.Where(IsIf).Where(n => n.Input(0) is not null && !DependsOnIf(graph, n.Inputs[0]))
            .Select(static n => n.Inputs[0]).Distinct(StringComparer.Ordinal);
        var asked = graph.With(outputs: wanted.Select(static name => new ValueInfo(name, ElementType.Bool, null))).WithoutUnused();
        var folded = OpsetUpgrade.Apply(ConstantNodes.ToInitializers(SinglePrecision.Apply(asked)));
        return asked.Outputs.Where(o => folded.IsConstant(o.Name)).ToDictionary(
            static o => o.Name, o => !folded.Initializers[o.Name].Bytes.IsEmpty && folded.Initializers[o.Name].Bytes[0] != 0, StringComparer.Ordinal);
    }

    private static bool DependsOnIf(OnnxGraph graph, string value) => NodeOrder.NeededFor(graph, [value]).Any(IsIf);

    private static OnnxBranch Taken(OnnxNode node, bool condition)
    {
        var name = condition ? "then_branch" : "else_branch";
        return node.Attributes.FirstOrDefault(a => a.Key == name).Value is OnnxBranch branch && branch.Outputs.Count == node.Outputs.Count ? branch
            : throw new GraphException($"If node '{node.Label}' has no '{name}' with {node.Outputs.Count} outputs; the model is damaged.");
    }

    /// <summary>The branch's nodes, handing out their results under the names of the node's outputs.</summary>
    private static IEnumerable<OnnxNode> InPlaceOf(OnnxNode node, OnnxBranch branch)
    {
        var made = branch.Nodes.SelectMany(static n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        var renamed = branch.Outputs.Zip(node.Outputs).Where(pair => made.Contains(pair.First)).DistinctBy(static pair => pair.First)
            .ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        string[] Renamed(IEnumerable<string> names) => [.. names.Select(name => renamed.GetValueOrDefault(name, name))];
        return branch.Nodes.Select(n => n with { Inputs = Renamed(n.Inputs), Outputs = Renamed(n.Outputs) })
            .Concat(branch.Outputs.Zip(node.Outputs).Where(pair => renamed.GetValueOrDefault(pair.First) != pair.Second)
                .Select(pair => new OnnxNode("Identity", node.Name, Renamed([pair.First]), [pair.Second], OnnxAttributes.None)));
    }

    private static GraphException Undecided(OnnxNode node) => new(
        $"If node '{node.Label}' chooses between two graphs by what it computes from the images (control flow); only feed-forward networks can be used. " +
        "Export the model without that choice.");
}
