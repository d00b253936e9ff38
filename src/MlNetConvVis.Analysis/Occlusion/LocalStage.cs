using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Analysis;

/// <summary>What a stage reads of an earlier value to compute a window of its own.</summary>
/// <param name="Value">The value; null for a mask that is one inside <paramref name="Window"/>'s input and zero outside.</param>
/// <param name="Window">The window that moves over it; null where each place is computed from the same place.</param>
/// <param name="Outside">What its padding holds.</param>
internal sealed record StageRead(string? Value, WindowGeometry? Window, float Outside)
{
    /// <summary>Gets the first row or column that a window of the stage's output reads.</summary>
    public int First(int axis, int first) => Window is null ? first : (first * (int)Window.Strides[axis]) - (int)Window.PadsBegin[axis];

    /// <summary>Gets how many rows or columns a window of the stage's output reads.</summary>
    public int Count(int axis, int count) => Window is null ? count
        : ((count - 1) * (int)Window.Strides[axis]) + (int)(Window.Dilations[axis] * (Window.Kernel[axis] - 1)) + 1;
}

/// <summary>
/// Some nodes that compute one value, of which a window of any size can be computed: its inputs are cut out with all that the window looks at, borders filled
/// up.
/// </summary>
/// <param name="Output">The value.</param>
/// <param name="Reads">What is cut out, in the order of the graph's inputs.</param>
/// <param name="Graph">From the reads to the window, batch, rows and columns free.</param>
internal sealed record LocalStage(string Output, IReadOnlyList<StageRead> Reads, OnnxGraph Graph)
{
    /// <summary>Builds the stage of some nodes.</summary>
    /// <param name="graph">The whole graph.</param>
    /// <param name="nodes">The nodes, in order; the last makes the output.</param>
    /// <param name="output">The output.</param>
    /// <param name="shapes">The whole graph's shapes.</param>
    public static LocalStage Of(OnnxGraph graph, IReadOnlyList<OnnxNode> nodes, string output, IReadOnlyDictionary<string, TensorShape> shapes) =>
        new Builder(graph, shapes).Build(nodes, output);

    /// <summary>Gets whether a window sees other places than its own.</summary>
    public static bool Looks(WindowGeometry window) => window.Kernel.Any(static k => k != 1) || window.Strides.Any(static s => s != 1)
        || window.Pads.Any(static p => p != 0);

    private sealed class Builder(OnnxGraph graph, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        private readonly GraphBuilder _build = new(graph.With(inputs: [], outputs: [], nodes: []));
        private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
        private readonly List<StageRead> _reads = [];
        private readonly List<Value> _inputs = [];

        public LocalStage Build(IReadOnlyList<OnnxNode> nodes, string output)
        {
            foreach (var node in nodes) Add(node);
            return new LocalStage(output, _reads, _build.ToGraph(new ValueInfo(_values[output].Name, ElementType.Float, Free(shapes[output][1]))));
        }

        private void Add(OnnxNode node)
        {
            if (PlaceKeeping.IsWindowed(node) && PlaceKeeping.Window(node, shapes) is var window && Looks(window))
            {
                _values[node.Outputs[0]] = Windowed(node, window);
                return;
            }

            Value?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? (Value?)null : graph.IsConstant(i) ? new Value(i) : Own(i))];
            var made = _build.Node(node.OpType, inputs, node.Outputs.Count, node.Attributes, $"{node.Outputs[0]}/window");
            foreach (var (name, value) in node.Outputs.Zip(made)) _values[name] = value;
        }

        /// <summary>A value of this stage, or the same places of an earlier one.</summary>
        private Value Own(string value) => _values.TryGetValue(value, out var own) ? own : Read(new StageRead(value, null, 0), shapes[value][1]);

        private Value Windowed(OnnxNode node, WindowGeometry window)
        {
            var attributes = node.Attributes.Without("auto_pad", "ceil_mode", "count_include_pad").With("pads", new long[2 * window.Rank]);
            var outside = node.OpType == "MaxPool" ? float.MinValue : 0;
            var input = Read(new StageRead(node.Inputs[0], window, outside), shapes[node.Inputs[0]][1]);
            Value?[] inputs = [input, .. node.Inputs.Skip(1).Select(static i => i.Length == 0 ? (Value?)null : new Value(i))];
            var result = _build.Node(node.OpType, inputs, attributes, $"{node.Outputs[0]}/window");
            if (node.OpType != "AveragePool" || node.Attributes.Int("count_include_pad", 0) == 1 || window.Pads.All(static p => p == 0)) return result;

            // the mean over places inside alone: (sum of values / K) / (number inside / K)
            var inside = _build.Node("AveragePool", [Read(new StageRead(null, window, 0), 1)], attributes);
            return _build.Div(result, inside);
        }

        private Value Read(StageRead read, Dim channels)
        {
            var known = _reads.FindIndex(r => r.Value == read.Value && r.Outside.Equals(read.Outside) && SameWindow(r.Window, read.Window));
            if (known >= 0) return _inputs[known];
            var input = _build.Input($"read{_reads.Count}", ElementType.Float,
                new TensorShape(Dim.Free("items"), channels, Dim.Free($"rows{_reads.Count}"), Dim.Free($"columns{_reads.Count}")));
            _reads.Add(read);
            _inputs.Add(input);
            return input;
        }

        private static bool SameWindow(WindowGeometry? a, WindowGeometry? b) => a is null || b is null ? a is null && b is null
            : a.Kernel.SequenceEqual(b.Kernel) && a.Strides.SequenceEqual(b.Strides) && a.Dilations.SequenceEqual(b.Dilations)
                && a.PadsBegin.SequenceEqual(b.PadsBegin) && a.InputSizes.SequenceEqual(b.InputSizes);

        private static TensorShape Free(Dim channels) => new(Dim.Free("items"), channels, Dim.Free("rows"), Dim.Free("columns"));
    }
}
