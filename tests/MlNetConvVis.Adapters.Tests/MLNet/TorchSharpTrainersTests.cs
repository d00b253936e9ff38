using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using MlNetConvVis.MLNet;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>The trainers of Microsoft.ML.TorchSharp in one chain with ours. Fitted, they fetch their weights from the network; so chains are held to what they
/// promise.</summary>
public sealed class TorchSharpTrainersTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly PictureFolder _pictures = new(3);

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void Objects_are_detected_beside_the_features_of_a_network()
    {
        var chain = Features()
            .Append(_ml.Transforms.LoadImages("Image", _pictures.Path, "ImagePath"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Labels"))
            .Append(_ml.MulticlassClassification.Trainers.ObjectDetection("Labels", boundingBoxColumnName: "Boxes"));
        AssertPromised(chain, "Features", "PredictedBoundingBoxes", "PredictedLabel");
    }

    [Fact]
    public void Captions_are_classified_beside_the_features_of_a_network()
    {
        var chain = Features()
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.TextClassification("Label", scoreColumnName: "CaptionScore", sentence1ColumnName: "Caption"))
            .Append(_ml.MulticlassClassification.Trainers.RetrainSoftmax("Label", "Features"));
        AssertPromised(chain, "Features", "CaptionScore", "Score", "PredictedLabel");
    }

    private EstimatorChain<ITransformer> Features() => new EstimatorChain<ITransformer>()
        .Append<ITransformer>(_ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network, _pictures.Path))
        .Append<ITransformer>(_ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, "fc3"));

    private void AssertPromised(IEstimator<ITransformer> chain, params string[] columns)
    {
        var rows = _pictures.Rows.Select(static r => new CaptionedRow { ImagePath = r.ImagePath, Label = r.Label, Labels = [r.Label], Caption = "bright " + r.Label });
        var promised = chain.GetOutputSchema(EstimatorContractTests.ShapeOf(_ml.Data.LoadFromEnumerable(rows).Schema)).Select(static c => c.Name);
        Assert.Superset(columns.ToHashSet(), promised.ToHashSet());
    }

    private sealed class CaptionedRow
    {
        public required string ImagePath { get; init; }

        public required string Label { get; init; }

        public required string Caption { get; init; }

        public required string[] Labels { get; init; }

        public float[] Boxes { get; init; } = [0, 0, 10, 10];
    }
}
