using Microsoft.ML;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.MLNet;

/// <summary>
/// An ONNX step of ML.NET's own, perhaps with others around it, and the file that it is made of. ML.NET saves the step from that file, so it has to stay; of
/// a graph given as a stream ML.NET makes such a file itself, and never deletes it.
/// </summary>
internal sealed class StockEstimator : IEstimator<ITransformer>, IDisposable
{
    private readonly TemporaryFile _file;
    private readonly IEstimator<ITransformer> _estimator;

    /// <param name="catalog">The context's transforms; the file lies in <see cref="MLContext.TempFilePath"/>.</param>
    /// <param name="graph">The graph of one row.</param>
    /// <param name="estimator">Makes the estimator from the graph's file.</param>
    public StockEstimator(TransformsCatalog catalog, OnnxGraph graph, Func<string, IEstimator<ITransformer>> estimator)
    {
        _file = new TemporaryFile(ContextEnvironment.TemporaryFolder(catalog), ".onnx", OnnxFile.ToBytes(graph));
        try
        {
            _estimator = estimator(_file.Path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public ITransformer Fit(IDataView input) => _estimator.Fit(input);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _estimator.GetOutputSchema(inputSchema);

    /// <summary>Deletes the file; the transformers can no longer be saved.</summary>
    public void Dispose() => _file.Dispose();
}
