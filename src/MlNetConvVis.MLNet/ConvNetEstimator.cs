using Microsoft.ML;
using MlNetConvVis.MLNet.Batching;

namespace MlNetConvVis.MLNet;

/// <summary>
/// A network's part in an ML.NET pipeline. There is nothing to learn: fitting checks the columns and opens the network. Its transformer computes
/// whole batches of rows where it is given data, and single rows where a prediction engine asks. What is saved is a transformer of ML.NET's own
/// with the same values; <see cref="ConvNetModels.LoadConvNets(ModelOperationsCatalog, string, out DataViewSchema)"/> gives it its batches back.
/// </summary>
public sealed class ConvNetEstimator : IEstimator<ITransformer>
{
    private readonly IReadOnlyList<WantedColumn> _inputs;
    private readonly SharedModel _model;

    internal ConvNetEstimator(IReadOnlyList<WantedColumn> inputs, Func<StockEstimator> stock, Func<IBatchComputation> batched) =>
        (_inputs, _model) = (inputs, new SharedModel(stock, batched));

    /// <summary>Checks the columns and gives the transformer.</summary>
    /// <param name="input">The data.</param>
    /// <returns>The transformer; it holds native memory until it is disposed of, which a <c>TransformerChain</c> does for
    /// all in it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or of another type or size; the message says which is wanted.</exception>
    public ITransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var column in _inputs) column.Check(input.Schema);
        return _model.Fit(input);
    }

    /// <summary>Says which columns the data will have.</summary>
    /// <param name="inputSchema">The columns it has.</param>
    /// <returns>Those, and the new ones.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type; the message says which is wanted.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var column in _inputs) column.Check(inputSchema);
        return _model.GetOutputSchema(inputSchema);
    }
}
