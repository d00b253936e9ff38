using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.MLNet;

namespace TransferWithMLNet;

/// <summary>Retrains the softmax of a convolutional network on a folder of photos, with one folder a class.</summary>
public static class PhotoTransfer
{
    /// <summary>MODEL.onnx LAYER PHOTOS MODEL.zip</summary>
    public static int Run(string[] args, TextWriter output)
    {
        var (network, layer, photos, saved) = (args[0], args[1], args[2], args[3]);
        var ml = new MLContext(seed: 1) { FallbackToCpu = true };       // GpuDeviceId = 0 for the first NVIDIA device
        var net = ConvNet.Load(network);

        var files = Directory.EnumerateFiles(photos, "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        var rows = files.Select(f => new Photo { ImagePath = Path.GetFullPath(f), Label = Path.GetFileName(Path.GetDirectoryName(f)!) });
        var all = ml.Data.LoadFromEnumerable(rows.ToArray());
        var parts = ml.Data.TrainTestSplit(all, testFraction: 0.3, seed: 1);

        var pipeline = ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", net)
            .Append(ml.Transforms.ExtractConvFeatures("Features", "Pixels", net, layer))
            .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.RetrainSoftmax("Label", "Features"))    // or any trainer of ML.NET's
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(parts.TrainSet);

        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(parts.TestSet));
        output.WriteLine($"{metrics.MicroAccuracy:P1} of the photos kept aside are right");
        ml.Model.Save(model, all.Schema, saved);

        using var loaded = new MLContext().Model.LoadConvNets(saved, out _);    // or ml.Model.Load: the same values, row by row
        using var engine = ml.Model.CreatePredictionEngine<Photo, Prediction>(loaded);
        var first = rows.First();
        var prediction = engine.Predict(first);
        output.WriteLine($"{Path.GetFileName(first.ImagePath)}: {prediction.PredictedLabel} ({prediction.Score.Max():P0})");
        return 0;
    }

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
