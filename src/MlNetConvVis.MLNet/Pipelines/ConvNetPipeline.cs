using Microsoft.ML;
using Microsoft.ML.Transforms;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet;

/// <summary>The transfer of a pipeline file as an estimator: photos by path and class in, a classifier out.</summary>
public sealed class ConvNetPipeline : IEstimator<ITransformer>
{
    private readonly MLContext _context;
    private readonly IEstimator<ITransformer> _chain;

    internal ConvNetPipeline(MLContext context, PipelineSpec spec, ConvNet net, string layer)
    {
        (_context, Spec) = (context, spec);
        var head = spec.Transfer!.Protocol.Head with { Kind = HeadKind.Softmax, Seed = spec.Seed };
        _chain = context.Transforms.LoadConvNetImages("Pixels", "ImagePath", net)
            .Append(context.Transforms.ExtractConvFeatures("Features", "Pixels", net, layer))
            .Append(context.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue))
            .AppendCacheCheckpoint(context)
            .Append(context.MulticlassClassification.Trainers.RetrainSoftmax("Label", "Features", head))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    }

    /// <summary>Gets what the file says.</summary>
    public PipelineSpec Spec { get; }

    /// <summary>Reads the list of the file's target photos: the columns <c>ImagePath</c> and <c>Label</c>.</summary>
    /// <exception cref="PipelineException">The photos lie in an archive, or show several classes.</exception>
    public IDataView Photos()
    {
        var place = Spec.Data.Target ?? throw new PipelineException($"'{Spec.File}' names no 'target' folder under 'data'.");
        var set = ImageSets.Open(place, new ImageSetOptions { Clutter = Spec.Data.Clutter }).All();
        if (set.HasSeveralLabels) throw new PipelineException($"Photos of '{place}' show several classes; the chain wants one each.");
        if (set.Paths().FirstOrDefault(static p => !File.Exists(p)) is { } packed) throw new PipelineException($"'{packed}' is no file; unpack the archive.");
        return _context.Data.LoadFromEnumerable(set.Images.Select(i => new PhotoRow { ImagePath = i.Path, Label = set.Classes[i.Label] }).ToArray());
    }

    /// <summary>Computes the features of photos and fits the softmax on them.</summary>
    /// <param name="input">The columns <c>ImagePath</c> and <c>Label</c>, text.</param>
    /// <returns>The classifier; dispose of it when it is no longer used.</returns>
    public ITransformer Fit(IDataView input) => _chain.Fit(input);

    /// <summary>Says which columns the data will have.</summary>
    /// <param name="inputSchema">The columns it has.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _chain.GetOutputSchema(inputSchema);
}
