using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.MLNet;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>From files to predictions: the chain that an ML.NET user writes, through everything that ML.NET does with a chain.</summary>
public sealed class TransferChainTests : IDisposable
{
    private const int Count = 60;

    private readonly MLContext _ml = new(seed: 1);
    private readonly PictureFolder _pictures = new(Count);

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void Images_are_those_of_the_models_own_preprocessing()
    {
        var loaded = Images().Fit(Data()).Transform(Data());
        Assert.Equal([3, 24, 24], ((VectorDataViewType)loaded.Schema["Pixels"].Type).Dimensions);
        var rows = loaded.GetColumn<float[]>("Pixels").ToArray();
        Assert.Equal(Count, rows.Length);
        foreach (var (row, pixels) in _pictures.Rows.Zip(rows))
        {
            var expected = new float[3 * 24 * 24];
            var image = ImageLoader.Read(Path.Combine(_pictures.Path, row.ImagePath));
            PictureFolder.Network.RequirePreprocessing().Preprocess(image, expected);
            Assert.Equal(expected, pixels);
        }
    }

    [Fact]
    public void A_mean_of_each_pixel_travels_in_a_saved_model()
    {
        var preprocessing = new ImagePreprocessing
        {
            Width = 24, Height = 24, PerPixelMean = true,
            MeanImage = new PixelMean(24, 24, [.. Enumerable.Range(0, 3 * 24 * 24).Select(static i => i / 16f)]),
        };
        var images = _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network.With(preprocessing, null), _pictures.Path);
        var (before, file) = (images.Fit(Data()), new MemoryStream());
        _ml.Model.Save(before, Data().Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        using var held = (IDisposable)loaded;
        var after = loaded.Transform(Data());
        Assert.Equal(PixelRow.Column(before.Transform(Data()), "Pixels"), PixelRow.Column(after, "Pixels"));
    }

    [Fact]
    public void The_chain_of_the_paper_learns_predicts_saves_and_loads()
    {
        var data = Data();
        var pipeline = Images()
            .Append(_ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, layer: "fc3"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.RetrainSoftmax("Label", "Features"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Append(_ml.Transforms.ProjectToPixels("Projection", "Pixels", PictureFolder.Network, layer: "conv2"));
        using var model = pipeline.Fit(data);
        var before = model.Transform(data);
        var metrics = _ml.MulticlassClassification.Evaluate(before);
        Assert.InRange(metrics.MacroAccuracy, 0.95, 1);
        Assert.Equal(3, metrics.ConfusionMatrix.NumberOfClasses);
        Assert.Equal(["above", "below", "left"], SlotNames(before.Schema["Score"]));

        var file = Path.Combine(_pictures.Path, "model.zip");
        _ml.Model.Save(model, data.Schema, file);
        var fresh = new MLContext(seed: 2);
        using var loaded = (IDisposable)fresh.Model.Load(file, out var schema);
        Assert.Equal(["ImagePath", "Label"], schema.Select(static c => c.Name));
        AssertSame(before, ((ITransformer)loaded).Transform(Data(fresh)));
        using var batched = fresh.Model.LoadConvNets(file, out _);
        AssertSame(before, batched.Transform(Data(fresh)));
        Assert.DoesNotContain(batched, static t => t is Microsoft.ML.Transforms.Onnx.OnnxTransformer);

        var labels = before.GetColumn<string>("PredictedLabel").ToArray();
        foreach (var one in new[] { model, (ITransformer)loaded, batched })
        {
            using var engine = _ml.Model.CreatePredictionEngine<PictureRow, PicturePrediction>(one, data.Schema);      // disposes of the model too
            Assert.Equal(labels, _pictures.Rows.Select(r => engine.Predict(r).PredictedLabel));
        }
    }

    [Fact]
    public void ML_NETs_own_trainers_stand_behind_our_features()
    {
        var data = _ml.Data.Cache(Features().Fit(Data()).Transform(Data()));
        IEstimator<ITransformer>[] trainers =
        [
            Any(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy()), Any(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()),
            Any(_ml.MulticlassClassification.Trainers.RetrainSoftmax()),
        ];
        foreach (var trainer in trainers)
            Assert.InRange(_ml.MulticlassClassification.Evaluate(trainer.Fit(data).Transform(data)).MacroAccuracy, 0.9, 1);
    }

    [Fact]
    public void Cross_validation_and_cache_checkpoints_work()
    {
        var pipeline = Features().AppendCacheCheckpoint(_ml).Append(_ml.MulticlassClassification.Trainers.RetrainSoftmax());
        var folds = _ml.MulticlassClassification.CrossValidate(Data(), Any(pipeline), numberOfFolds: 3);
        Assert.Equal(3, folds.Count);
        Assert.All(folds, static f => Assert.InRange(f.Metrics.MicroAccuracy, 0.7, 1));
    }

    [Fact]
    public void The_softmax_is_that_of_our_own_head()
    {
        var options = new HeadOptions { L2 = 0.01 };
        var data = Features().Fit(Data()).Transform(Data());
        var trainer = _ml.MulticlassClassification.Trainers.RetrainSoftmax(options: options);
        var model = trainer.Fit(data);
        var names = new[] { "above", "below", "left" };
        var features = data.GetColumn<float[]>("Features").SelectMany(static f => f).ToArray();
        var labels = _pictures.Rows.Select(r => Array.IndexOf(names, r.Label)).ToArray();
        var fit = HeadTrainer.Fit(new FeatureMatrix(features, 16, labels, names), options);
        VBuffer<float>[]? weights = null;
        model.Model.GetWeights(ref weights, out var classes);
        Assert.Equal(3, classes);
        Assert.Equal(fit.Head.Weights.ToArray(), weights!.SelectMany(static w => w.DenseValues()));
        Assert.Equal(fit.Head.Bias.ToArray(), model.Model.GetBiases());
        Assert.Equal(fit.Objective, trainer.LastFit!.Objective);
        var predicted = model.Transform(data).GetColumn<uint>("PredictedLabel").Select(static k => (int)k - 1);
        Assert.Equal(fit.Head.Predict(features), predicted);
        var scores = model.Transform(data).GetColumn<float[]>("Score");
        foreach (var (score, logits) in scores.Zip(fit.Head.Scores(features).Chunk(3)))
        {
            var sum = logits.Sum(static l => Math.Exp(l));
            TensorAssert.Close(logits.Select(l => (float)(Math.Exp(l) / sum)).ToArray(), score, Tolerance.Float32);
        }
    }

    [Fact]
    public void Classes_without_rows_are_never_predicted()
    {
        var all = Features().Fit(Data()).Transform(Data());
        var some = _ml.Data.FilterRowsByKeyColumnFraction(all, "Label", 0, 0.66);
        Assert.InRange(some.GetColumn<uint>("Label").Distinct().Count(), 2, 2);
        var scores = _ml.MulticlassClassification.Trainers.RetrainSoftmax().Fit(some).Transform(all).GetColumn<float[]>("Score").ToArray();
        Assert.All(scores, static s => Assert.Contains(0f, s));
        Assert.All(scores, static s => Assert.Equal(1f, s.Sum(), 1e-5f));
    }

    [Fact]
    public void Files_that_are_no_images_are_named()
    {
        var broken = Path.Combine(_pictures.Path, "broken.png");
        File.WriteAllText(broken, "no image");
        var data = _ml.Data.LoadFromEnumerable([_pictures.Rows[0], new PictureRow { ImagePath = "broken.png", Label = "left" }]);
        var error = Assert.ThrowsAny<Exception>(() => Images().Fit(data).Transform(data).GetColumn<float[]>("Pixels").ToArray());
        Assert.Contains("broken.png", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_before_a_broken_one_come_first()
    {
        File.WriteAllText(Path.Combine(_pictures.Path, "broken.png"), "no image");
        var rows = Enumerable.Repeat(_pictures.Rows[0], 10).Append(new PictureRow { ImagePath = "broken.png", Label = "left" });
        var data = _ml.Data.LoadFromEnumerable(rows);
        var pixels = _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network, _pictures.Path, batchSize: 2).Fit(data).Transform(data);
        using var cursor = pixels.GetRowCursor([pixels.Schema["Pixels"]]);
        for (var i = 0; i < 10; i++) Assert.True(cursor.MoveNext());
        for (var i = 0; i < 2; i++)
            Assert.Contains("broken.png", Assert.ThrowsAny<Exception>(() => cursor.MoveNext()).Message, StringComparison.Ordinal);
    }

    private static IEstimator<ITransformer> Any<T>(IEstimator<T> estimator)
        where T : class, ITransformer => new AnyEstimator<T>(estimator);

    private static string[] SlotNames(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(static n => n.ToString())];
    }

    private static void AssertSame(IDataView expected, IDataView actual)
    {
        foreach (var column in new[] { "Pixels", "Features", "Score", "Projection" })
        {
            Assert.Equal(((VectorDataViewType)expected.Schema[column].Type).Dimensions, ((VectorDataViewType)actual.Schema[column].Type).Dimensions);
            var (a, b) = (expected.GetColumn<float[]>(column).ToArray(), actual.GetColumn<float[]>(column).ToArray());
            Assert.Equal(a.Length, b.Length);
            foreach (var (x, y) in a.Zip(b)) TensorAssert.Close(x, y, Tolerance.Float32);
        }

        Assert.Equal(expected.GetColumn<string>("PredictedLabel"), actual.GetColumn<string>("PredictedLabel"));
    }

    private IDataView Data(MLContext? ml = null) => (ml ?? _ml).Data.LoadFromEnumerable(_pictures.Rows);

    [Fact]
    public void A_network_of_one_channel_reads_pictures_as_grey()
    {
        var spec = NetworkSpec.Parse(
            "name: grey\ninput: { channels: 1, height: 24, width: 24 }\nclasses: 3\npreprocessing: { mean: 128, deviation: 64 }\nlayers:\n" +
            "  - conv1: { type: conv, filters: 8, kernel: 5, activation: relu }\n  - fc2: { type: dense, units: classes }\n", "grey.yaml");
        var net = new ConvNet(spec.Compile(seed: 3).Graph, spec.Preprocessing, null);
        var data = _ml.Data.LoadFromEnumerable(_pictures.Rows);
        var rows = _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", net, _pictures.Path)
            .Append(_ml.Transforms.ExtractConvFeatures("Features", "Pixels", net, "conv1"))
            .Append(_ml.Transforms.ProjectToPixels("Projection", "Pixels", net, "conv1"))
            .Fit(data).Transform(data);
        Assert.Equal([1, 24, 24], ((VectorDataViewType)rows.Schema["Pixels"].Type).Dimensions.TakeLast(3));
        Assert.Equal([1, 24, 24], ((VectorDataViewType)rows.Schema["Projection"].Type).Dimensions.TakeLast(3));
        var frames = ImageFrames.Load([.. _pictures.Rows.Select(r => Path.Combine(_pictures.Path, r.ImagePath))], spec.Preprocessing!);
        using var extractor = new FeatureExtractor(net, ["conv1"], switches: false, new SessionSettings { Device = Device.Cpu });
        TensorAssert.Close(
            extractor.Matrix("conv1", frames.Count, frames.Fill), PixelRow.Column(rows, "Features").SelectMany(static r => r).ToArray(), Tolerance.Float32);
    }

    private ConvNetEstimator Images() => _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network, _pictures.Path, batchSize: 7);

    private EstimatorChain<Microsoft.ML.Transforms.ValueToKeyMappingTransformer> Features() => Images()
        .Append(_ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, layer: "fc3"))
        .Append(_ml.Transforms.Conversion.MapValueToKey("Label"));
}
