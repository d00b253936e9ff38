using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.MLNet;

namespace MlNetConvVis.Bench;

/// <summary>Rows read through a chain of ML.NET to the last one.</summary>
internal sealed class MLNetWork : IWork
{
    private readonly IDataView _rows;
    private readonly ITransformer _model;
    private readonly string _column;
    private double _sum;
    private long _values;

    /// <param name="rows">The rows.</param>
    /// <param name="chain">What makes the column.</param>
    /// <param name="column">The column that is read.</param>
    public MLNetWork(IDataView rows, IEstimator<ITransformer> chain, string column)
    {
        (_rows, _column) = (rows, column);
        _model = chain.Fit(_rows);
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
            foreach (var value in row.GetValues()) _sum += value * value;
            _values += row.Length;
        }
    }

    /// <summary>The root of the mean square: probabilities have the same mean whatever they are.</summary>
    public double Mean() => Math.Sqrt(_sum / _values);

    public void Dispose() => (_model as IDisposable)?.Dispose();
}

/// <summary>Our chains and those of ML.NET's own parts that do the same.</summary>
internal sealed class MLNetChains
{
    private const string Scores = "Scores";
    private const string Photo = "Photo";

    private readonly MLContext _ml = new(seed: 1);
    private readonly ConvNet _net;
    private readonly string _file;
    private readonly string _layer;

    /// <param name="net">The network.</param>
    /// <param name="file">Its file.</param>
    public MLNetChains(ConvNet net, string file) => (_net, _file, _layer) = (net, file, net.Graph.Outputs[0].Name);

    private string Pixels => _net.Image.Name;

    /// <summary>Our transform, which reads ahead and computes batches, over rows of pixels that lie in memory.</summary>
    public MLNetWork Ours(int rows) => new(Noise(rows), Features, Scores);

    /// <summary>ML.NET's own transform for ONNX files, over the same rows.</summary>
    public MLNetWork Stock(int rows) => new(Noise(rows), StockFeatures, _layer);

    /// <summary>Our transforms from files of photos to scores.</summary>
    public MLNetWork OursFromFiles(ScorePhotos photos) =>
        new(Files(photos), _ml.Transforms.LoadConvNetImages(Pixels, nameof(PhotoRow.File), Plain()).Append(Features), Scores);

    /// <summary>ML.NET's own, which know one mean and one factor for all channels.</summary>
    public MLNetWork StockFromFiles(ScorePhotos photos)
    {
        var plain = Plain().Preprocessing!;
        var order = plain.Channels == ChannelOrder.Bgr ? ImagePixelExtractingEstimator.ColorsOrder.ABGR : ImagePixelExtractingEstimator.ColorsOrder.ARGB;
        return new(Files(photos), _ml.Transforms.LoadImages(Photo, "", nameof(PhotoRow.File))
            .Append(_ml.Transforms.ResizeImages(Photo, plain.Width, plain.Height, resizing: ImageResizingEstimator.ResizingKind.Fill))
            .Append(_ml.Transforms.ExtractPixels(Pixels, Photo, orderOfExtraction: order, offsetImage: plain.Mean.C0, scaleImage: plain.Scale.C0))
            .Append(StockFeatures), _layer);
    }

    private IEstimator<ITransformer> Features => _ml.Transforms.ExtractConvFeatures(Scores, Pixels, _net, _layer);

    private IEstimator<ITransformer> StockFeatures => _ml.Transforms.ApplyOnnxModel(_layer, Pixels, _file);

    /// <summary>The network with the preprocessing nearest its own that ML.NET's steps can do.</summary>
    private ConvNet Plain()
    {
        var own = _net.RequirePreprocessing();
        var mean = (own.Mean.C0 + own.Mean.C1 + own.Mean.C2) / 3;
        return new ConvNet(_net.Original, new ImagePreprocessing
        {
            Width = own.Width, Height = own.Height, Resize = ResizeMode.Warp, Channels = own.Channels,
            Mean = new ChannelValues(mean), Scale = new ChannelValues(own.Scale.C0),
        });
    }

    private IDataView Files(ScorePhotos photos) => _ml.Data.LoadFromEnumerable(photos.All.Select(static f => new PhotoRow { File = f }));

    /// <summary>A few images of noise, each many times.</summary>
    private IDataView Noise(int count)
    {
        var dims = _net.Image.Shape!.Dims.Skip(1).Select(static d => (int)d.Size).ToArray();
        var random = new Random(1);
        var length = dims.Aggregate(1, static (a, b) => a * b);
        var images = Enumerable.Range(0, 16).Select(_ => Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray();
        var schema = SchemaDefinition.Create(typeof(PixelsRow));
        schema[nameof(PixelsRow.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dims);
        schema[nameof(PixelsRow.Pixels)].ColumnName = Pixels;
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new PixelsRow { Pixels = images[i % images.Length] }), schema);
    }

    private sealed class PixelsRow
    {
        public required float[] Pixels { get; init; }
    }

    private sealed class PhotoRow
    {
        public required string File { get; init; }
    }
}
