using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.MLNet.Training;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet;

/// <summary>Photos read once by ML.NET's chain, their features kept; heads fitted by ML.NET's chain on rows of them.</summary>
internal sealed class MLNetTransferChain : ITransferChain
{
    private readonly MLContext _ml;
    private readonly TransferTask _task;
    private readonly ITransformer[] _images;
    private readonly float[][] _features;
    private readonly DataViewType _featureType;
    private readonly DataViewSchema _inputSchema;

    public MLNetTransferChain(MLContext ml, TransferTask task, Action<int> progress, CancellationToken cancellation)
    {
        (_ml, _task) = (ml, task);
        var photos = ml.Data.LoadFromEnumerable(task.Files.Zip(task.Labels, static (file, label) => new PhotoRow { ImagePath = file, Label = label }));
        _inputSchema = photos.Schema;
        var loading = ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", task.Net).Fit(photos);
        _images = [loading, ml.Transforms.ExtractConvFeatures("Features", "Pixels", task.Net, task.Layer).Fit(loading.Transform(photos))];
        var read = _images[1].Transform(loading.Transform(photos));
        _featureType = read.Schema["Features"].Type;
        _features = Read(read, progress, cancellation);
    }

    public IReadOnlyList<ReadOnlyMemory<float>> Features => [.. _features.Select(static row => new ReadOnlyMemory<float>(row))];

    public FoldPrediction Classify(IReadOnlyList<int> train, IReadOnlyList<int> test, IReadOnlyList<string> classes, HeadOptions options)
    {
        var trainer = Trainer(options);
        var model = Chain(trainer).Fit(Rows(train));
        var places = classes.Index().ToDictionary(static c => c.Item, static c => c.Index, StringComparer.Ordinal);
        int[] found = [.. model.Transform(Rows(test)).GetColumn<string>("PredictedLabel").Select(name => places[name])];
        return new FoldPrediction(found, trainer.LastFit!.L2, trainer.LastFit.Iterations, trainer.LastFit.Converged);
    }

    public void Save(string folder, HeadOptions options)
    {
        var fitted = Chain(Trainer(options)).Fit(Rows([.. Enumerable.Range(0, _features.Length)]));
        _ml.Model.Save(new TransformerChain<ITransformer>([.. _images, .. fitted]), _inputSchema, Path.Combine(folder, MLNetTransferEngine.ModelFile));
    }

    public void Dispose()
    {
        foreach (var part in _images.OfType<IDisposable>()) part.Dispose();
    }

    private static float[][] Read(IDataView view, Action<int> progress, CancellationToken cancellation)
    {
        var rows = new List<float[]>();
        var column = view.Schema["Features"];
        using var cursor = view.GetRowCursor([column]);
        var read = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            read(ref row);
            rows.Add(Dense(in row));
            if (rows.Count % 32 == 0) progress(rows.Count);
        }

        return [.. rows];
    }

    private static float[] Dense(in VBuffer<float> row)
    {
        var values = new float[row.Length];
        row.CopyTo(values);
        return values;
    }

    private RetrainSoftmaxTrainer Trainer(HeadOptions options) => _ml.MulticlassClassification.Trainers.RetrainSoftmax("Label", "Features", options);

    private EstimatorChain<Microsoft.ML.Transforms.KeyToValueMappingTransformer> Chain(RetrainSoftmaxTrainer trainer) =>
        _ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(trainer).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private IDataView Rows(IReadOnlyList<int> places)
    {
        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema["Features"].ColumnType = _featureType;      // with the layer's dimensions, so that the fitted parts stand behind the images
        return _ml.Data.LoadFromEnumerable(places.Select(i => new FeatureRow { Features = _features[i], Label = _task.Labels[i] }), schema);
    }

    private sealed class FeatureRow
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}

/// <summary>A photo's file and class.</summary>
internal sealed class PhotoRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}
