using Microsoft.ML;
using MlNetConvVis.Features;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet;

/// <summary>Gives a context its pipelines: <c>ml.Pipelines.FromFile(...)</c>.</summary>
public static class ConvNetPipelinesExtensions
{
    extension(MLContext context)
    {
        /// <summary>Gets pipelines from files, as chains of this context.</summary>
        public ConvNetPipelines Pipelines => new(context);
    }
}

/// <summary>Pipelines from files, as ML.NET's chains.</summary>
public sealed class ConvNetPipelines
{
    private readonly MLContext _context;

    internal ConvNetPipelines(MLContext context) => _context = context;

    /// <summary>Reads the chain of a pipeline file's transfer: photos, features of its layer, a new softmax.</summary>
    /// <param name="path">The file, such as <c>pipelines/folder.yaml</c>; <c>${VARIABLE}</c> in it is taken from the environment.</param>
    /// <returns>The chain, from the columns <c>ImagePath</c> and <c>Label</c> (text) to <c>PredictedLabel</c> (text) and <c>Score</c>.</returns>
    /// <exception cref="Specs.SpecException">The file is missing or wrong; the message gives line and column.</exception>
    /// <exception cref="PipelineException">The pipeline says what a chain cannot do: it trains a network, has no transfer, or no softmax.</exception>
    /// <exception cref="Graph.GraphException">The network cannot be read, or has no such layer.</exception>
    public ConvNetPipeline FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var spec = PipelineReader.Read(path);
        if (spec.Transfer is not { } transfer)
            throw new PipelineException($"'{spec.File}' has no 'transfer' section, which says what to fit; add one.");
        if (spec.Model is not { } model)
            throw new PipelineException($"'{spec.File}' trains its network; run it once (convvis run), and name the network that it leaves (train/model.onnx) as 'model'.");
        if (transfer.IsRanking || !transfer.Heads.Contains(HeadKind.Softmax))
            throw new PipelineException($"'{spec.File}' wants a ranking or an SVM; the chain has a softmax. Put softmax among 'heads', with another protocol than voc2012.");
        var (net, layers) = MeanPooledNet.Of(ConvNet.Load(model), [transfer.Layer], transfer.MostFeatures);
        return new ConvNetPipeline(_context, spec, net, layers[0].Read);
    }
}
