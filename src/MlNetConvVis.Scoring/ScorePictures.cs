using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Scoring;

/// <summary>Draws chosen rows: the photo as the network sees it, and beside it what the strongest unit of a layer, or its map, comes from.</summary>
internal sealed class ScorePictures : IDisposable
{
    private const int Batch = 16;
    private const int Gap = 4;
    private const int SmallestSide = 160;

    private readonly ConvNet _net;
    private readonly PictureOptions _pictures;
    private readonly ScoreOptions _options;
    private readonly Projector? _units;
    private readonly ChannelProjector? _maps;
    private readonly FeatureExtractor _extractor;
    private readonly TensorShape _shape;
    private readonly string _layer;
    private readonly IReadOnlyList<Graph.Shapes.FieldAxis> _field;

    public ScorePictures(ConvNet net, PictureOptions pictures, ScoreOptions options)
    {
        (_net, _pictures, _options) = (net, pictures, options);
        var rules = pictures.Rules.ToRules();
        if (pictures.WholeMap) _maps = new ChannelProjector(net, pictures.Layer, rules, options.Session, Batch);
        else _units = new Projector(net, pictures.Layer, rules, options.Session, Batch);
        _layer = ProjectionGraph.StartOf(net, pictures.Layer);
        (_shape, _field) = (net.ShapeOf(_layer), net.FieldOf(_layer));
        _extractor = new FeatureExtractor(net, [_layer], switches: false, options.Session, Batch);
    }

    /// <summary>Draws the pictures that are missing.</summary>
    /// <param name="list">The images.</param>
    /// <param name="rows">The rows that were chosen.</param>
    /// <param name="folder">Where pictures go.</param>
    /// <param name="progress">Hears how many of them are done, those of earlier runs included.</param>
    /// <param name="cancellation">Stops the work.</param>
    public void Draw(ScoreList list, int[] rows, ScoreFolder folder, IProgress<int>? progress, CancellationToken cancellation)
    {
        var there = PictureFiles.In(folder.Path);
        int[] missing = [.. rows.Where(r => !there.ContainsKey(r))];
        var batches = new PhotoBatches([.. missing.Select(list.Source)], _net.RequirePreprocessing(), _options.Loading with { Strict = false }, Batch);
        foreach (var batch in batches.Read(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var broken in batch.Files.Broken) _options.Note?.Invoke($"{broken.Message} It was scored, but has no picture.");
            int[] own = [.. batch.Files.Loaded.Select(i => missing[batch.First + i])];
            if (own.Length > 0) Draw(own, batch.Images, folder, cancellation);
            progress?.Report(rows.Length - missing.Length + batch.First + own.Length + batch.Files.Broken.Count);
        }
    }

    public void Dispose()
    {
        _units?.Dispose();
        _maps?.Dispose();
        _extractor.Dispose();
    }

    private void Draw(int[] rows, ReadOnlyMemory<float> images, ScoreFolder folder, CancellationToken cancellation)
    {
        var length = images.Length / rows.Length;
        var units = new Unit[rows.Length];
        var each = (int)_shape.ItemCount();
        _extractor.Run(
            rows.Length, (i, image) => images.Span.Slice(i * length, length).CopyTo(image),
            (first, count, features) =>
            {
                for (var i = 0; i < count; i++) units[first + i] = Unit.Strongest(features.Floats(_layer).Slice(i * each, each), _shape);
            });
        var (projections, activations) = (new float[images.Length], new float[rows.Length]);
        if (_maps is not null) _maps.Project(images.Span, [.. units.Select(static u => u.Channel)], projections, activations);
        else _units!.Project(images.Span, units, projections, activations);
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = _options.Loading.Threads, CancellationToken = cancellation }, i =>
        {
            var projection = projections.AsSpan(i * length, length);
            foreach (var value in projection)
            {
                if (float.IsFinite(value)) continue;
                _options.Note?.Invoke($"Row {rows[i]} has no picture: its projection grows beyond all numbers under these rules.");
                return;
            }

            var picture = ImageCodecs.Default.EncodePng(Compose(images.Span.Slice(i * length, length), projection, units[i]));
            DurableFile.Write(Path.Combine(folder.Path, PictureFiles.NameOf(rows[i], units[i], _pictures.WholeMap)), stream => stream.Write(picture));
        });
    }

    /// <summary>The photo with the unit's field in a frame, and the projection on grey, which is zero; where the field is small, that part alone, enlarged by whole
    /// pixels.</summary>
    private RgbImage Compose(ReadOnlySpan<float> input, ReadOnlySpan<float> projection, Unit unit)
    {
        var preprocessing = _net.RequirePreprocessing();
        var (height, width) = (preprocessing.Height, preprocessing.Width);
        var photo = preprocessing.ToImage(input);
        var planes = _net.ChannelsFirst(projection, height, width);
        var whole = TensorPicture.Signed(
            planes, preprocessing.ChannelCount, height, width, preprocessing.Channels, TensorPicture.ClearRange(projection));
        if (!_pictures.WholeMap && FieldOf(unit, height, width) is { Width: > 0, Height: > 0 } field && (field.Width < width || field.Height < height))
        {
            photo = Framed(photo, field);
            if (Math.Min(width / field.Width, height / field.Height) is > 1 and var factor && whole.Crop(field).Enlarge(factor) is var seen)
                whole = seen.OnGround(width, height, (width - seen.Width) / 2, (height - seen.Height) / 2, Rgb.Grey);
        }

        return new ImageSheet { Columns = 2, Gap = Gap }.Compose([photo.EnlargeTo(SmallestSide), whole.EnlargeTo(SmallestSide)]);
    }

    private PixelWindow FieldOf(Unit unit, int height, int width)
    {
        var ((y, rows), (x, columns)) = (_field[0].Clamped(unit.Y, height), _field[1].Clamped(unit.X, width));
        return new PixelWindow(x, y, columns, rows);
    }

    private static RgbImage Framed(RgbImage photo, PixelWindow field)
    {
        var pixels = photo.Pixels.ToArray();
        void Paint(int x, int y, byte value) => pixels.AsSpan(3 * ((y * photo.Width) + x), 3).Fill(value);
        for (var (x, right) = (field.X, field.X + field.Width - 1); x <= right; x++)
        {
            Paint(x, field.Y, Dashed(x));
            Paint(x, field.Y + field.Height - 1, Dashed(x));
        }

        for (var (y, bottom) = (field.Y, field.Y + field.Height - 1); y <= bottom; y++)
        {
            Paint(field.X, y, Dashed(y));
            Paint(field.X + field.Width - 1, y, Dashed(y));
        }

        return new RgbImage(photo.Width, photo.Height, pixels);
    }

    /// <summary>Black and white in turns, to be seen on any photo.</summary>
    private static byte Dashed(int place) => place / 4 % 2 == 0 ? byte.MaxValue : byte.MinValue;
}
