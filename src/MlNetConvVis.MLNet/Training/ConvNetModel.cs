using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Training;

namespace MlNetConvVis.MLNet.Training;

/// <summary>
/// A network that <see cref="ConvNetImageTrainer"/> trained, as a transformer: from the paths of images to <c>Score</c>, a probability a class, and
/// <c>PredictedLabel</c>, a key with the label's values. It is saved as the chain of transforms that it is made of.
/// </summary>
public sealed class ConvNetModel : ITransformer, IDisposable
{
    private readonly TransformerChain<ITransformer> _chain;

    internal ConvNetModel(TransformerChain<ITransformer> chain, TrainingResult result) => (_chain, Result) = (chain, result);

    /// <summary>Gets what came of every epoch, and the trained graph.</summary>
    public TrainingResult Result { get; }

    /// <summary>Gets the trained network, to extract its features, to project its layers to pixels, or (its graph) to write it as an ONNX file.</summary>
    public ConvNet Network => new(Result.Network);

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_chain).GetRowToRowMapper(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => _chain.Transform(input);

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_chain).Save(ctx);

    /// <inheritdoc/>
    public void Dispose() => _chain.Dispose();
}
