using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// The forward pass of single units, computed only where they look: from the part of the image that is a unit's receptive field to the unit, and to what its
/// <see cref="WindowedReversal"/> takes in. Gives the numbers of the pass over whole images: what lies outside a value counts as its padding does.
/// </summary>
/// <param name="Graph">From <paramref name="Image"/> and <paramref name="Masks"/>, each [N, …], to <see cref="UnitName"/> and the parts of the reverse
/// pass.</param>
/// <param name="Image">The part of the image; zero outside it.</param>
/// <param name="Masks">Which places lie inside values.</param>
public sealed record WindowedForward(OnnxGraph Graph, ValuePart Image, IReadOnlyList<MaskPart> Masks)
{
    /// <summary>The output with the activations at the unit's place, [N, C, 1, …].</summary>
    public const string UnitName = "unit-activations";

    /// <summary>Gets the output from which switches are found: the values before pooling, [N, C, window], lowest outside.</summary>
    /// <param name="part">The switches.</param>
    /// <returns>The output's name.</returns>
    public static string ValuesOf(SwitchPart part) => $"{part?.Name}/values";

    /// <summary>Builds the pass.</summary>
    /// <param name="forward">The forward graph, in the written operator set.</param>
    /// <param name="start">The layer whose units are projected.</param>
    /// <param name="image">The value that holds the image, [N, C, …]: the input, or its transposition.</param>
    /// <param name="reversal">The reverse pass from that layer.</param>
    /// <returns>The pass, or null where a pooling's averages depend on how much of their window lies inside the value.</returns>
    public static WindowedForward? TryBuild(OnnxGraph forward, string start, string image, WindowedReversal reversal)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(reversal);
        var shapes = ShapeInference.Infer(forward);
        if (SignalWindows.Infer(forward, start, image, shapes) is not { } windows) return null;
        var path = NodeOrder.NeededFor(forward, [start]).Where(n => n.Outputs.Any(windows.ContainsKey) && !n.Outputs.Contains(image)).ToArray();
        if (path.Any(n => n.OpType == "AveragePool" && n.Attributes.Int("count_include_pad", 0) == 0
            && SignalWindows.Geometry(n, shapes).Pads.Any(static p => p > 0)))
        {
            return null;
        }

        return new Builder(forward, image, shapes, windows, shapes[start]).Build(path, start, reversal);
    }

    private sealed class Builder(
        OnnxGraph forward,
        string image,
        IReadOnlyDictionary<string, TensorShape> shapes,
        IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> windows,
        TensorShape layer)
    {
        private readonly GraphBuilder _build = new(forward.With(inputs: [], outputs: [], nodes: []));
        private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (MaskPart Part, Value Value)> _masks = new(StringComparer.Ordinal);

        public WindowedForward Build(IEnumerable<OnnxNode> path, string start, WindowedReversal reversal)
        {
            var part = new ValuePart("image-part", image, windows[image]);
            _values[image] = _build.Input(part.Name, ElementType.Float, Cut(shapes[image], part.Window));
            foreach (var node in path) Add(node);
            var outputs = new List<ValueInfo> { Output(UnitName, _values[start], Cut(shapes[start], windows[start])) };
            foreach (var wanted in reversal.Parts)
            {
                if (wanted is ValuePart value)
                {
                    outputs.Add(
                        Output(value.Name, Filled(Sliced(value.Value, value.Window), value.Value, value.Window, 1), Cut(shapes[value.Value], value.Window)));
                }
                else if (wanted is SwitchPart { Pool: var pool } switches)
                {
                    outputs.Add(Output(ValuesOf(switches), Padded(pool, pool.Inputs[0], switches.Window), Cut(shapes[pool.Inputs[0]], switches.Window)));
                }
            }

            return new WindowedForward(_build.ToGraph(outputs), part, [.. _masks.Values.Select(static m => m.Part)]);
        }

        private void Add(OnnxNode node)
        {
            var window = SignalWindows.Through(node, node.Outputs.Where(windows.ContainsKey).Select(o => windows[o]).First(), shapes);
            Value?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? (Value?)null : _values.ContainsKey(i) ? Padded(node, i, window) : new Value(i))];
            var attributes = !SignalWindows.IsWindowed(node) ? node.Attributes
                : node.Attributes.Without("auto_pad", "ceil_mode").With("pads", new long[2 * window.Count]);
            var made = _build.Node(node.OpType, inputs, node.OpType == "Split" ? node.Outputs.Count : 1, attributes, $"{node.Outputs[0]}/part");
            foreach (var (output, value) in node.Outputs.Zip(made)) _values[output] = value;
        }

        /// <summary>An input over the window of a node; outside the value zero, or, for a MaxPool, the lowest number.</summary>
        private Value Padded(OnnxNode node, string input, IReadOnlyList<FieldAxis> window)
        {
            var value = Sliced(input, window);
            if (!SignalWindows.IsWindowed(node) || SignalWindows.Geometry(node, shapes).Pads.All(static p => p <= 0)) return value;
            if (node.OpType == "MaxPool") return Filled(value, input, window, float.MinValue);
            return input == image ? value : Filled(value, input, window, 0);
        }

        private Value Filled(Value value, string name, IReadOnlyList<FieldAxis> window, float outside) => !CanLeave(name, window) ? value
            : _build.Node("Where", [_build.Node("Greater", [Mask(name, window), _build.Scalar(0)]), value, _build.Scalar(outside)]);

        private Value Sliced(string name, IReadOnlyList<FieldAxis> window)
        {
            var kept = windows[name];
            if (kept.SequenceEqual(window)) return _values[name];
            long[] starts = [.. window.Zip(kept, static (w, k) => w.Start - k.Start)];
            return _build.Slice(_values[name], [.. Enumerable.Range(2, window.Count).Select(static a => (long)a)], starts,
                [.. starts.Zip(window, static (s, w) => s + w.Size)]);
        }

        private bool CanLeave(string name, IReadOnlyList<FieldAxis> window) => SignalWindows.CanLeave(window, layer, shapes[name]);

        private Value Mask(string name, IReadOnlyList<FieldAxis> window)
        {
            var key = $"{name} {string.Join(';', window)}";
            if (_masks.TryGetValue(key, out var known)) return known.Value;
            var part = new MaskPart($"inside{_masks.Count}", name, window);
            var value = _build.Input(part.Name, ElementType.Float, Cut(TensorShape.Of(1, 1, 1, 1), window));
            _masks.Add(key, (part, value));
            return value;
        }

        private ValueInfo Output(string name, Value value, TensorShape shape) =>
            new(_build.Node("Identity", [value], name: name).Name, ElementType.Float, shape);

        private static TensorShape Cut(TensorShape whole, IReadOnlyList<FieldAxis> window) =>
            new([Dim.Free("units"), whole[1], .. window.Select(static a => (Dim)a.Size)]);
    }
}
