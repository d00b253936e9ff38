using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Specs.Weights;

namespace MlNetConvVis.Specs.Compilation;

/// <summary>A tensor of the network: how large it is and how it starts.</summary>
/// <param name="Name">The initializer's name, such as <c>conv1/weights</c>.</param>
/// <param name="Dims">Its dimensions.</param>
/// <param name="Mean">The value that its elements start at, or around which they are spread.</param>
/// <param name="Deviation">The standard deviation of the normal distribution they start with; 0 when all start equal.</param>
/// <param name="IsTrained">Whether training changes it by its gradient; false for running statistics.</param>
public sealed record ParameterPlan(string Name, IReadOnlyList<long> Dims, float Mean, float Deviation, bool IsTrained)
{
    /// <summary>Gets the number of elements.</summary>
    public long Count => OnnxTensor.Product(Dims);
}

/// <summary>A network without weights: nodes, shapes and parameters, worked out from a spec for one number of classes.</summary>
public sealed class NetworkPlan
{
    internal NetworkPlan(
        NetworkSpec spec,
        OnnxGraph graph,
        IReadOnlyList<ParameterPlan> parameters,
        IReadOnlyDictionary<string, TensorShape> shapes,
        IReadOnlyDictionary<string, float> dropoutRates,
        string logits) =>
        (Spec, Graph, Parameters, Shapes, DropoutRates, Logits) = (spec, graph, parameters, shapes, dropoutRates, logits);

    /// <summary>Gets the spec.</summary>
    public NetworkSpec Spec { get; }

    /// <summary>Gets the graph with the parameters as inputs: enough for shapes and receptive fields, nothing to run.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Gets all parameters and running statistics, in the order of the layers.</summary>
    public IReadOnlyList<ParameterPlan> Parameters { get; }

    /// <summary>Gets the shape of each layer's value by layer name, the batch free.</summary>
    public IReadOnlyDictionary<string, TensorShape> Shapes { get; }

    /// <summary>Gets the rate of each dropout by the name of the value behind it.</summary>
    public IReadOnlyDictionary<string, float> DropoutRates { get; }

    /// <summary>Gets the value before the final softmax, or the output where there is none.</summary>
    public string Logits { get; }

    /// <summary>Gets how many numbers training changes.</summary>
    public long ParameterCount => Parameters.Where(static p => p.IsTrained).Sum(static p => p.Count);

    /// <summary>Works out the receptive field of each layer's value.</summary>
    /// <returns>One entry an axis (rows, columns), by layer name.</returns>
    public IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> ReceptiveFields()
    {
        var fields = ReceptiveField.Infer(Graph, NetworkSpec.ImageName);
        return Spec.Layers.ToDictionary(static l => l.Name, l => fields[l.Name], StringComparer.Ordinal);
    }

    /// <summary>Makes the weights.</summary>
    /// <param name="seed">Decides the weights: equal seeds give equal weights to the bit, on every machine.</param>
    /// <returns>The network.</returns>
    public CompiledNetwork Initialize(long seed = 0)
    {
        var initializers = new Dictionary<string, OnnxTensor>(Graph.Initializers, StringComparer.Ordinal);
        foreach (var parameter in Parameters) initializers[parameter.Name] = InitialWeights.Of(parameter, seed);
        var graph = Graph.With(inputs: [Graph.Inputs[0]], initializers: initializers);
        return new CompiledNetwork(graph, Logits, [.. Spec.Layers.Select(static l => l.Name)], DropoutRates, Spec);
    }
}
