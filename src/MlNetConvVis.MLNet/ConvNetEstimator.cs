using Microsoft.ML;
using Microsoft.ML.Transforms.Onnx;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.MLNet;

/// <summary>
/// A network's part in an ML.NET pipeline. There is nothing to learn: fitting checks the columns and gives ML.NET's own OnnxTransformer, which
/// saves and loads with <c>ml.Model</c> like any built-in one, and holds a native session until it is disposed.
/// </summary>
public sealed class ConvNetEstimator : IEstimator<ITransformer>
{
    private readonly Lazy<OnnxScoringEstimator> _inner;

    internal ConvNetEstimator(TransformsCatalog catalog, OnnxGraph graph)
    {
        string[] outputs = [.. graph.Outputs.Select(static o => o.Name)];
        string[] inputs = [.. graph.Inputs.Select(static i => i.Name)];
        _inner = new(() => catalog.ApplyOnnxModel(outputs, inputs, new MemoryStream(OnnxFile.ToBytes(graph))));
    }

    /// <summary>Checks the columns and gives the transformer.</summary>
    /// <param name="input">The data.</param>
    /// <returns>The transformer; dispose of it when it is no longer used.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public ITransformer Fit(IDataView input) => _inner.Value.Fit(input);

    /// <summary>Says which columns the data will have.</summary>
    /// <param name="inputSchema">The columns it has.</param>
    /// <returns>Those, and the new ones.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _inner.Value.GetOutputSchema(inputSchema);
}
