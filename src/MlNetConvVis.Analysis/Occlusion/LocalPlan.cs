using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Analysis;

/// <summary>
/// Parts a network into what is computed inside windows, stage by stage, where an occluder changes something, and the rest, which is computed over whole values:
/// dense layers, global operators and all that follows them, and layers that the occluder changes nearly everywhere.
/// </summary>
internal sealed class LocalPlan
{
    /// <summary>Up to which share of a map, in the mean over all places of the occluder, a window is computed rather than the map.</summary>
    private const double MostShare = 0.8;

    private readonly IReadOnlyDictionary<string, TensorShape> _shapes;
    private readonly Dictionary<string, UnitSpan[]> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitSpan[]> _columns = new(StringComparer.Ordinal);
    private readonly OnnxGraph _graph;

    private LocalPlan(OnnxGraph graph, OccluderGrid grid, IReadOnlyList<string> outputs, bool isWhole)
    {
        (_graph, _shapes, Image) = (graph, ShapeInference.Infer(graph), graph.Inputs[0].Name);
        _rows[Image] = [.. grid.Tops.Select(t => new UnitSpan(t, t + grid.OccluderHeight))];
        _columns[Image] = [.. grid.Lefts.Select(l => new UnitSpan(l, l + grid.OccluderWidth))];
        var nodes = isWhole ? [] : LocalNodes(outputs[0]);
        var isLocal = nodes.ToHashSet();
        var rest = graph.Nodes.Where(n => !isLocal.Contains(n)).ToArray();
        var made = nodes.SelectMany(static n => n.Outputs).Append(Image).ToHashSet(StringComparer.Ordinal);
        Frontier = [.. rest.SelectMany(static n => n.Inputs).Where(made.Contains).Distinct(StringComparer.Ordinal)];
        LocalOutputs = [.. outputs.Where(o => nodes.Any(n => n.Outputs.Contains(o)))];
        Stages = [.. StagesOf(nodes)];
        Rest = graph.With(
            inputs: Frontier.Select(f => new ValueInfo(f, ElementType.Float, _shapes[f])),
            outputs: outputs.Except(LocalOutputs).Select(o => new ValueInfo(o, ElementType.Float, _shapes[o])), nodes: rest).WithoutUnused();
        ShareOfWork = Share(isLocal);
    }

    /// <summary>Gets the name of the image, [N, C, H, W].</summary>
    public string Image { get; }

    /// <summary>Gets the stages, each behind those it reads from.</summary>
    public IReadOnlyList<LocalStage> Stages { get; }

    /// <summary>Gets the values that the rest reads: outputs of stages, or the image.</summary>
    public IReadOnlyList<string> Frontier { get; }

    /// <summary>Gets which of the outputs stages compute.</summary>
    public IReadOnlyList<string> LocalOutputs { get; }

    /// <summary>Gets the rest, from <see cref="Frontier"/> to the other outputs.</summary>
    public OnnxGraph Rest { get; }

    /// <summary>Gets the multiply-adds for one place of the occluder over those of a whole image.</summary>
    public double ShareOfWork { get; }

    /// <summary>Parts a network.</summary>
    /// <param name="net">The network, its image size fixed.</param>
    /// <param name="scores">Its class scores.</param>
    /// <param name="layer">The layer that is looked at.</param>
    /// <param name="grid">The places of the occluder.</param>
    /// <param name="isWhole">Whether everything shall be the rest.</param>
    public static LocalPlan Of(ConvNet net, string scores, string layer, OccluderGrid grid, bool isWhole)
    {
        var graph = ContrastNormalization.Lower(WithPlanes(net, [.. new[] { scores, layer }.Distinct(StringComparer.Ordinal)]));
        string[] outputs = [.. new[] { scores, layer }.Distinct(StringComparer.Ordinal)];
        var plan = new LocalPlan(graph, grid, outputs, isWhole || graph.Inputs[0].Shape![0].IsKnown);
        return plan.Stages.Count == 0 || plan.ShareOfWork < MostShare ? plan : new LocalPlan(graph, grid, outputs, isWhole: true);
    }

    public TensorShape ShapeOf(string value) => _shapes[value];

    /// <summary>Gets what changes of a value, at each step of the occluder down.</summary>
    public UnitSpan[] RowsOf(string value) => _rows[value];

    /// <summary>Gets what changes of a value, at each step of the occluder across.</summary>
    public UnitSpan[] ColumnsOf(string value) => _columns[value];

    /// <summary>The network with channels, rows and columns as the order of its image.</summary>
    private static OnnxGraph WithPlanes(ConvNet net, string[] outputs)
    {
        var graph = net.Graph.With(outputs: outputs.Select(o => new ValueInfo(o, ElementType.Float, net.ShapeOf(o)))).WithoutUnused();
        if (net.Axes == ImageAxes.Nchw) return graph;
        var shape = net.Image.Shape!;
        var planes = new TensorShape(shape[0], shape[net.Axes.Channels], shape[net.Axes.Rows], shape[net.Axes.Columns]);
        if (graph.UsersOf(net.Image.Name) is [{ OpType: "Transpose" } turn] && turn.Attributes.Ints("perm") is [0, 3, 1, 2])
            return graph.With(inputs: [new ValueInfo(turn.Outputs[0], ElementType.Float, planes)], nodes: graph.Nodes.Where(n => n != turn));
        var name = "planes";
        while (graph.IsKnown(name)) name += "_";
        var back = new OnnxNode("Transpose", "", [name], [net.Image.Name], OnnxAttributes.Of(("perm", new[] { 0L, 2L, 3L, 1L })));
        return graph.With(inputs: [new ValueInfo(name, ElementType.Float, planes)], nodes: [back, .. graph.Nodes]);
    }

    /// <summary>The nodes that are computed inside windows; works out what changes of their values.</summary>
    private List<OnnxNode> LocalNodes(string scores)
    {
        var (computed, local) = (new HashSet<string>(StringComparer.Ordinal) { Image }, new List<OnnxNode>());
        foreach (var node in _graph.Nodes.Where(n => n.Inputs.Any(computed.Contains)))
        {
            computed.UnionWith(node.Outputs);
            if (node.Outputs.Contains(scores) || !node.Inputs.Where(computed.Contains).All(_rows.ContainsKey) || !CanBeLocal(node, computed)) continue;
            var (rows, columns) = (Changed(node, _rows, 0, computed), Changed(node, _columns, 1, computed));
            if (ShareOf(rows, columns, _shapes[node.Outputs[0]]) > MostShare) continue;
            foreach (var output in node.Outputs) (_rows[output], _columns[output]) = (rows, columns);
            local.Add(node);
        }

        return local;
    }

    private bool CanBeLocal(OnnxNode node, HashSet<string> computed) =>
        (node.OpType == "Split" || node.Outputs.Count(static o => o.Length > 0) == 1) && node.OpType != "Cast"
        && _shapes.TryGetValue(node.Outputs[0], out var shape) && shape.Rank == 4 && shape.Dims.Skip(1).All(static d => d.IsKnown)
        && PlaceKeeping.Keeps(_graph, node, computed, _shapes);

    private UnitSpan[] Changed(OnnxNode node, Dictionary<string, UnitSpan[]> spans, int axis, HashSet<string> computed)
    {
        if (PlaceKeeping.IsWindowed(node) && PlaceKeeping.Window(node, _shapes) is var window)
            return [.. spans[node.Inputs[0]].Select(s => s.Through(window, axis))];
        var inputs = node.Inputs.Where(computed.Contains).Select(i => spans[i]).ToArray();
        return [.. Enumerable.Range(0, inputs[0].Length).Select(step => inputs.Aggregate(default(UnitSpan), (sum, input) => sum.Joined(input[step])))];
    }

    private static double ShareOf(UnitSpan[] rows, UnitSpan[] columns, TensorShape shape) =>
        rows.Average(static r => r.Count) * columns.Average(static c => c.Count) / (shape.Known(2) * shape.Known(3));

    /// <summary>Every value that windows look at, that several stages read, or that is wanted, is kept; what lies between belongs to the stage of the one
    /// kept value behind it.</summary>
    private IEnumerable<LocalStage> StagesOf(List<OnnxNode> nodes)
    {
        var kept = Frontier.Concat(LocalOutputs).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(n => n.OpType == "Split" || (PlaceKeeping.IsWindowed(n) && LocalStage.Looks(PlaceKeeping.Window(n, _shapes)))))
            kept.Add(node.Inputs[0]);
        var stageOf = new Dictionary<OnnxNode, HashSet<string>>(ReferenceEqualityComparer.Instance);
        foreach (var node in Enumerable.Reverse(nodes))
        {
            var stages = new HashSet<string>(StringComparer.Ordinal);
            foreach (var output in node.Outputs)
            {
                var readers = _graph.UsersOf(output).Where(stageOf.ContainsKey).SelectMany(u => stageOf[u]).ToHashSet(StringComparer.Ordinal);
                if (kept.Contains(output) || (readers.Count > 1 && node.OpType != "Split"))
                {
                    kept.Add(output);
                    stages.Add(output);
                }
                else
                {
                    stages.UnionWith(readers);
                }
            }

            stageOf[node] = stages;
        }

        return nodes.SelectMany(static n => n.Outputs).Where(kept.Contains)
            .Select(output => LocalStage.Of(_graph, [.. nodes.Where(n => stageOf[n].Contains(output))], output, _shapes));
    }

    private double Share(HashSet<OnnxNode> local)
    {
        var (inside, whole) = (0.0, 0.0);
        foreach (var node in _graph.Nodes)
        {
            var own = Work(node);
            whole += own;
            inside += own * (local.Contains(node) ? ShareOf(_rows[node.Outputs[0]], _columns[node.Outputs[0]], _shapes[node.Outputs[0]]) : 1);
        }

        return whole > 0 ? inside / whole : 1;
    }

    /// <summary>Multiply-adds of a node over one whole image.</summary>
    private double Work(OnnxNode node)
    {
        if (node.OpType is not ("Conv" or "Gemm" or "MatMul") || !_graph.IsConstant(node.Inputs[1])) return 0;
        var weights = (double)_graph.Initializers[node.Inputs[1]].Count;
        return node.OpType != "Conv" || !_shapes.TryGetValue(node.Outputs[0], out var shape) ? weights
            : weights * shape.Dims.Skip(2).Aggregate(1.0, static (product, d) => product * d.Size);
    }
}
