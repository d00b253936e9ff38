using Microsoft.ML;
using Microsoft.ML.Transforms.Onnx;

namespace MlNetConvVis.MLNet;

/// <summary>ML.NET's own estimator, seen as one of any transformer.</summary>
internal sealed class StockOnnx(OnnxScoringEstimator estimator) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input) => estimator.Fit(input);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => estimator.GetOutputSchema(inputSchema);
}
