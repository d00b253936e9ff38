using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.MLNet;
using MlNetConvVis.MLNet.Training;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>A network trained from a data view is the one that our trainer gives, and a transformer like any other.</summary>
public sealed class ConvNetImageTrainerTests
{
    [Fact]
    public void A_network_is_trained_evaluated_saved_and_loaded()
    {
        using var pictures = new PictureFolder(60);
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(pictures.Rows);
        var options = new ConvNetTrainingOptions
        {
            ImageFolder = pictures.Path, ValidateEvery = 5, Seed = 7,
            Recipe = new TrainingOptions { Epochs = 8, BatchSize = 12, LearningRate = new LearningRateSchedule { Peak = 0.02f }, Threads = 1 },
        };
        var keys = ml.Transforms.Conversion.MapValueToKey("Label");
        var keyed = keys.Fit(data).Transform(data);
        using var network = ml.MulticlassClassification.Trainers.ConvNet(PictureFolder.Spec, options: options).Fit(keyed);
        Assert.Equal(8, network.Result.Epochs.Count);
        Assert.True(network.Result.Epochs[^1].TrainingLoss < network.Result.Epochs[0].TrainingLoss);
        Assert.NotNull(network.Result.Epochs[^1].ValidationAccuracy);
        Assert.Equal(["above", "below", "left"], network.Network.Classes!);

        var scored = network.Transform(keyed);
        Assert.Equal(["ImagePath", "Label", "PredictedLabel", "Score"], scored.Schema.Where(static c => !c.IsHidden).Select(static c => c.Name).Order());
        Assert.InRange(ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, 0.9, 1);
        var probabilities = ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", network.Network, pictures.Path)
            .Append(ml.Transforms.ExtractConvFeatures("Probabilities", "Pixels", network.Network, "prob")).Fit(data).Transform(data);
        foreach (var (expected, actual) in probabilities.GetColumn<float[]>("Probabilities").Zip(scored.GetColumn<float[]>("Score")))
            TensorAssert.Close(expected, actual, Tolerance.Float32);

        var file = Path.Combine(pictures.Path, "model.zip");
        var chain = keys.Append(ml.MulticlassClassification.Trainers.ConvNet(PictureFolder.Spec, options: options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = chain.Fit(data);
        ml.Model.Save(model, data.Schema, file);
        var fresh = new MLContext(seed: 2);
        var loaded = fresh.Model.Load(file, out _);
        Assert.Equal(model.Transform(data).GetColumn<string>("PredictedLabel"), loaded.Transform(data).GetColumn<string>("PredictedLabel"));
        using var engine = fresh.Model.CreatePredictionEngine<PictureRow, PicturePrediction>(loaded);
        Assert.Equal("above", engine.Predict(pictures.Rows[0]).PredictedLabel);
        Assert.Equal("below", engine.Predict(pictures.Rows[1]).PredictedLabel);
    }

    [Fact]
    public void What_it_cannot_train_on_is_refused_before_it_starts()
    {
        var ml = new MLContext(seed: 1);
        var trainers = ml.MulticlassClassification.Trainers;
        var text = ml.Data.LoadFromEnumerable([new PictureRow { ImagePath = "a.png", Label = "x" }]);
        Assert.Contains("'Label': expected Key<UInt32>, got String",
            Assert.Throws<ArgumentOutOfRangeException>(() => trainers.ConvNet(PictureFolder.Spec).Fit(text)).Message, StringComparison.Ordinal);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(text).Transform(text);
        Assert.Contains("'Photo'", Assert.Throws<ArgumentOutOfRangeException>(() =>
            trainers.ConvNet(PictureFolder.Spec, imageColumnName: "Photo").Fit(keyed)).Message, StringComparison.Ordinal);
        var bare = PictureFolder.Spec with { Preprocessing = null };
        Assert.Contains("'preprocessing'", Assert.Throws<ArgumentException>(() => trainers.ConvNet(bare)).Message, StringComparison.Ordinal);
    }
}
