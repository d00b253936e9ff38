using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.MLNet;

namespace MlNetConvVis.Bench;

/// <summary>Rows of pixels that lie in memory, read through a transform of ML.NET to the last row.</summary>
internal abstract class MLNetWork : IWork
{
    private const string Scores = "Scores";

    private readonly IDataView _rows;
    private readonly ITransformer _model;
    private readonly string _column;
    private double _sum;
    private long _values;

    /// <param name="net">The network.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="column">The column that the transform makes.</param>
    /// <param name="transform">Makes the transform.</param>
    protected MLNetWork(ConvNet net, int count, string column, Func<MLContext, IEstimator<ITransformer>> transform)
    {
        var ml = new MLContext(seed: 1);
        _rows = Rows(ml, net, count);
        _model = transform(ml).Fit(_rows);
        _column = column;
    }

    public void Run()
    {
        (_sum, _values) = (0, 0);
        var data = _model.Transform(_rows);
        var column = data.Schema[_column];
        using var cursor = data.GetRowCursor([column]);
        var get = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            get(ref row);
            foreach (var value in row.GetValues()) _sum += Math.Abs(value);
            _values += row.Length;
        }
    }

    public double Mean() => _sum / _values;

    public void Dispose() => (_model as IDisposable)?.Dispose();

    /// <summary>A few images of noise, each many times.</summary>
    private static IDataView Rows(MLContext ml, ConvNet net, int count)
    {
        var dims = net.Image.Shape!.Dims.Skip(1).Select(static d => (int)d.Size).ToArray();
        var random = new Random(1);
        var length = dims.Aggregate(1, static (a, b) => a * b);
        var images = Enumerable.Range(0, 16).Select(_ => Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray();
        var schema = SchemaDefinition.Create(typeof(PixelsRow));
        schema[nameof(PixelsRow.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dims);
        schema[nameof(PixelsRow.Pixels)].ColumnName = net.Image.Name;
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new PixelsRow { Pixels = images[i % images.Length] }), schema);
    }

    private sealed class PixelsRow
    {
        public required float[] Pixels { get; init; }
    }

    /// <summary>Our transform, which reads ahead and runs batches.</summary>
    public sealed class Batches(ConvNet net, string layer, int count)
        : MLNetWork(net, count, Scores, ml => ml.Transforms.ExtractConvFeatures(Scores, net.Image.Name, net, layer));

    /// <summary>ML.NET's own transform for ONNX files.</summary>
    public sealed class Stock(ConvNet net, string file, string layer, int count)
        : MLNetWork(net, count, layer, ml => ml.Transforms.ApplyOnnxModel(layer, net.Image.Name, file));
}
