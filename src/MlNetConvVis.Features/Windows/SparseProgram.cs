using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>
/// A windowed reverse pass compiled for sparse signals. Three of four values that an unpooling puts out are zero, and rectification makes half of the others
/// zero; a runtime for dense tensors multiplies them all, this one none. It knows the few operators that the reversal rules are made of, for one item.
/// </summary>
internal sealed class SparseProgram
{
    private readonly OnnxGraph _graph;
    private readonly IReadOnlyDictionary<string, TensorShape> _shapes;
    private readonly Dictionary<string, float[]> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<OnnxNode, TransposedConvolution> _convolutions = new(ReferenceEqualityComparer.Instance);

    private SparseProgram(OnnxGraph graph, IReadOnlyDictionary<string, TensorShape> shapes) => (_graph, _shapes) = (graph, shapes);

    /// <summary>Compiles a graph.</summary>
    /// <param name="graph">A graph of one item, all shapes known.</param>
    /// <returns>The program; null where the graph holds an operator, or a form of one, that is not known here.</returns>
    public static SparseProgram? TryCompile(OnnxGraph graph)
    {
        var program = new SparseProgram(graph, ShapeInference.Infer(graph));
        return graph.Nodes.All(program.Prepare) ? program : null;
    }

    /// <summary>Makes buffers for one thread.</summary>
    public IUnitPass Open() => new Pass(this);

    private bool Prepare(OnnxNode node)
    {
        if (!node.Outputs.All(o => _shapes.TryGetValue(o, out var shape) && shape.IsKnown)) return false;
        switch (node.OpType)
        {
            case "Reshape" when IsConstant(node.Inputs[0]):
                _constants[node.Outputs[0]] = Constant(node.Inputs[0]);
                return true;
            case "ConstantOfShape":
                var value = node.Attributes.Tensor("value")?.Floats[0] ?? 0;
                _constants[node.Outputs[0]] = [.. Enumerable.Repeat(value, (int)Length(node.Outputs[0]))];
                return true;
            case "Reshape" or "Identity" or "Relu":
                return true;
            case "Mul" or "Add" or "Sub" or "Div":
                return Broadcast.TryOf(Shape(node.Inputs[0]), Shape(node.Inputs[1]), Shape(node.Outputs[0])) is not null;
            case "Greater":
                return Shape(node.Inputs[1]).Dims.All(static d => d == 1);
            case "Cast":
                return node.Attributes.Int("to", 0) == (long)ElementType.Float && _graph.ProducerOf(node.Inputs[0]) is { OpType: "Greater" };
            case "MatMul":
                return Shape(node.Inputs[0]).Rank == 2 && Shape(node.Inputs[0])[0] == 1 && IsConstant(node.Inputs[1]);
            case "ScatterElements":
                return Shape(node.Inputs[0]).Rank == 1 && node.Attributes.Text("reduction", "none") == "add"
                    && _graph.Inputs.Any(i => i.Name == Origin(node.Inputs[1]));
            case "Pad":
                return node.Attributes.Text("mode", "constant") == "constant" && node.Input(2) is null && node.Input(3) is null
                    && _graph.IsConstant(node.Inputs[1]);
            case "Slice":
                return Shape(node.Inputs[0]).Rank == 4 && node.Inputs.Count == 4 && _graph.Initializers[node.Inputs[3]].Longs is [1];
            case "ConvTranspose":
                if (node.Input(2) is not null || !IsConstant(node.Inputs[1])
                    || TransposedConvolution.TryOf(node, Weights(node.Inputs[1]), Shape(node.Inputs[0]), Shape(node.Inputs[1])) is not { } made)
                {
                    return false;
                }

                _convolutions[node] = made;
                return true;
            default:
                return false;
        }
    }

    private bool IsConstant(string name) => _constants.ContainsKey(name) || _graph.Initializers.TryGetValue(name, out var tensor)
        && tensor.Type == ElementType.Float;

    private float[] Constant(string name)
    {
        if (!_constants.TryGetValue(name, out var values)) _constants[name] = values = _graph.Initializers[name].Floats.ToArray();
        return values;
    }

    /// <summary>Weights that are packed anew, so not kept in this form.</summary>
    private float[] Weights(string name) => _constants.TryGetValue(name, out var known) ? known : _graph.Initializers[name].Floats.ToArray();

    private TensorShape Shape(string name) => _shapes[name];

    private long Length(string name) => OnnxTensor.Product(Shape(name).Dims.Select(static d => d.Size));

    /// <summary>What a value was before it was given other shapes.</summary>
    private string Origin(string name) => _graph.ProducerOf(name) is { OpType: "Reshape" or "Identity" } node ? Origin(node.Inputs[0]) : name;

    /// <summary>One thread's buffers and the steps over them.</summary>
    private sealed class Pass : IUnitPass
    {
        private readonly SparseProgram _program;
        private readonly Dictionary<string, float[]> _floats = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long[]> _longs = new(StringComparer.Ordinal);
        private readonly List<Action> _steps = [];

        public Pass(SparseProgram program)
        {
            _program = program;
            foreach (var input in program._graph.Inputs)
            {
                if (input.Type == ElementType.Int64) _longs[input.Name] = new long[program.Length(input.Name)];
                else _floats[input.Name] = new float[program.Length(input.Name)];
            }

            foreach (var node in program._graph.Nodes.Where(n => !program._constants.ContainsKey(n.Outputs[0]))) Add(node);
        }

        public Span<float> Floats(string name) => _floats[name];

        public Span<long> Longs(string name) => _longs[name];

        public void Run()
        {
            foreach (var step in _steps) step();
        }

        public void Dispose()
        {
        }

        private void Add(OnnxNode node)
        {
            var output = node.Outputs[0];
            if (node.OpType is "Reshape" or "Identity" or "Cast")
            {
                if (_longs.TryGetValue(node.Inputs[0], out var longs)) _longs[output] = longs;
                else _floats[output] = Read(node.Inputs[0]);
                return;
            }

            var to = _floats[output] = new float[_program.Length(output)];
            var from = Read(node.Inputs[0]);
            _steps.Add(node.OpType switch
            {
                "Relu" => () => SparseKernels.Rectify(from, to),
                "Greater" => Greater(from, Read(node.Inputs[1])[0], to),
                "MatMul" => Product(from, Read(node.Inputs[1]), to),
                "ScatterElements" => Scatter(from, _longs[node.Inputs[1]], Read(node.Inputs[2]), to),
                "Pad" => Pad(node, from, to),
                "Slice" => Channels(node, from, to),
                "ConvTranspose" => Convolve(_program._convolutions[node], from, to),
                _ => Combine(node, from, Read(node.Inputs[1]), to),
            });
        }

        private float[] Read(string name) => _floats.TryGetValue(name, out var values) ? values : _program.Constant(name);

        private static Action Greater(float[] from, float limit, float[] to) => () => SparseKernels.Greater(from, limit, to);

        private static Action Product(float[] row, float[] matrix, float[] to) => () => SparseKernels.Product(row, matrix, to);

        private static Action Scatter(float[] data, long[] places, float[] values, float[] to) => () => SparseKernels.ScatterSum(data, places, values, to);

        private static Action Convolve(TransposedConvolution convolution, float[] from, float[] to)
        {
            var scratch = convolution.NewScratch();
            return () => convolution.Run(from, scratch, to);
        }

        private Action Combine(OnnxNode node, float[] a, float[] b, float[] to)
        {
            var broadcast = Broadcast.TryOf(_program.Shape(node.Inputs[0]), _program.Shape(node.Inputs[1]), _program.Shape(node.Outputs[0]))!;
            return node.OpType switch
            {
                "Mul" => () => broadcast.Multiply(a, b, to),
                "Add" => () => broadcast.Add(a, b, to),
                "Sub" => () => broadcast.Subtract(a, b, to),
                _ => () => broadcast.Divide(a, b, to),
            };
        }

        /// <summary>Zeros around a window, [1, C, H, W].</summary>
        private Action Pad(OnnxNode node, float[] from, float[] to)
        {
            var pads = _program._graph.Initializers[node.Inputs[1]].Longs.ToArray();
            var (inner, outer) = (_program.Shape(node.Inputs[0]), _program.Shape(node.Outputs[0]));
            var (channels, height, width) = ((int)inner.Known(1), (int)inner.Known(2), (int)inner.Known(3));
            var (outerHeight, outerWidth, top, left) = ((int)outer.Known(2), (int)outer.Known(3), (int)pads[2], (int)pads[3]);
            return () =>
            {
                Array.Clear(to);
                for (var row = 0; row < channels * height; row++)
                {
                    var at = ((((row / height * outerHeight) + top + (row % height)) * outerWidth) + left);
                    from.AsSpan(row * width, width).CopyTo(to.AsSpan(at));
                }
            };
        }

        /// <summary>Some channels of one item.</summary>
        private Action Channels(OnnxNode node, float[] from, float[] to)
        {
            var input = _program.Shape(node.Inputs[0]);
            var first = (int)(_program._graph.Initializers[node.Inputs[1]].Longs[0] * input.Known(2) * input.Known(3));
            return () => from.AsSpan(first, to.Length).CopyTo(to);
        }
    }
}
