using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.MLNet;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>Batches are read ahead in order, lazily, by any number of readers, and give what row by row gives.</summary>
public sealed class BatchedReadingTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu };
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 5)]
    [InlineData(5, 5)]
    [InlineData(64, 5)]
    [InlineData(3, 0)]
    public void Every_row_comes_once_and_in_order_whatever_the_batch(int batch, int count)
    {
        var data = PixelRow.Data(_ml, count);
        using var model = (IDisposable)Extract(batch).Fit(PixelRow.Data(_ml));
        var features = ((ITransformer)model).Transform(data);
        var rows = PixelRow.Rows(count);
        using var extractor = new FeatureExtractor(PixelRow.Network, ["fc3"], switches: false, s_cpu);
        var expected = count == 0 ? [] : extractor.Matrix("fc3", count, (i, image) => rows[i].Pixels.CopyTo(image));
        TensorAssert.Close(expected, PixelRow.Column(features, "Features").SelectMany(static r => r).ToArray(), Tolerance.Float32);
        Assert.Equal(rows.Select(static r => r.Label), features.GetColumn<string>("Label"));
        Assert.Equal(count, features.GetRowCount());
    }

    [Fact]
    public void Only_what_is_asked_for_is_read_and_only_a_batch_and_a_share_ahead()
    {
        var read = 0;
        IEnumerable<PixelRow> Counted()
        {
            foreach (var row in PixelRow.Rows(40))
            {
                read++;
                yield return row;
            }
        }

        var data = _ml.Data.LoadFromEnumerable(Counted());
        var features = Extract(batch: 8).Fit(data).Transform(data);
        Assert.Equal(0, read);
        using var cursor = features.GetRowCursor([features.Schema["Features"]]);
        var get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
        VBuffer<float> row = default;
        Assert.Throws<InvalidOperationException>(() => get(ref row));
        Assert.True(cursor.MoveNext());
        get(ref row);
        Assert.Equal(16, row.Length);
        Assert.InRange(read, 8, 16);      // the batch, and the share of one thread that is read while the first is handed out
        Assert.Throws<ArgumentException>(() => cursor.GetGetter<VBuffer<float>>(features.Schema["Pixels"]));
    }

    [Fact]
    public void Rows_before_an_error_of_the_source_come_first_and_the_error_comes_again()
    {
        static IEnumerable<PixelRow> Failing() =>
            PixelRow.Rows(22).Concat(Enumerable.Range(0, 1).Select<int, PixelRow>(static _ => throw new IOException("torn tape")));

        var data = _ml.Data.LoadFromEnumerable(Failing());
        var features = Extract(batch: 16).Fit(data).Transform(data);
        using var cursor = features.GetRowCursor([features.Schema["Features"]]);
        for (var i = 0; i < 22; i++) Assert.True(cursor.MoveNext());
        for (var i = 0; i < 2; i++)
            Assert.Contains("torn tape", Assert.ThrowsAny<Exception>(() => cursor.MoveNext()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_reader_itself_reads_the_source()
    {
        HashSet<int> threads = [];
        var data = _ml.Data.LoadFromEnumerable(PixelRow.Rows(40).Where(_ => threads.Add(Environment.CurrentManagedThreadId) || true));
        var features = Extract(batch: 4).Fit(data).Transform(data);
        Assert.Equal(40, PixelRow.Column(features, "Features").Length);
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
    }

    [Fact]
    public void Readers_may_stop_early_even_when_the_model_is_disposed_of_before_them()
    {
        var data = PixelRow.Data(_ml, 40);
        var estimator = Extract(batch: 8);
        var expected = PixelRow.Column(estimator.Fit(data).Transform(data), "Features");
        for (var i = 0; i < 20; i++)
        {
            var model = estimator.Fit(data);
            var features = model.Transform(data);
            using var cursor = features.GetRowCursor([features.Schema["Features"]]);
            for (var row = 0; row < i; row++) Assert.True(cursor.MoveNext());
            if (i % 2 == 0) ((IDisposable)model).Dispose();
        }

        Assert.Equal(expected, PixelRow.Column(estimator.Fit(data).Transform(data), "Features"));
    }

    [Fact]
    public void Readers_side_by_side_do_not_disturb_one_another()
    {
        var data = PixelRow.Data(_ml, 50);
        var features = Extract(batch: 6).Fit(data).Transform(data);
        var expected = PixelRow.Column(features, "Features");
        Parallel.For(0, 8, _ => Assert.Equal(expected, PixelRow.Column(features, "Features")));
        using var first = features.GetRowCursorSet([features.Schema["Features"]], 4).Single();
        Assert.True(first.MoveNext());
    }

    [Fact]
    public void Shuffled_rows_keep_their_labels()
    {
        var data = _ml.Data.Cache(PixelRow.Data(_ml, 30));
        var features = Extract(batch: 4).Fit(data).Transform(data);
        var plain = PixelRow.Column(features, "Pixels").Zip(PixelRow.Column(features, "Features")).ToDictionary(static p => p.First[0], static p => p.Second);
        Assert.True(features.CanShuffle);
        using var cursor = features.GetRowCursor(features.Schema, new Random(5));
        var (pixels, read) = (cursor.GetGetter<VBuffer<float>>(features.Schema["Pixels"]), cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]));
        (VBuffer<float> image, VBuffer<float> row) = (default, default);
        List<float> order = [];
        while (cursor.MoveNext())
        {
            pixels(ref image);
            read(ref row);
            order.Add(image.GetItemOrDefault(0));
            Assert.Equal(plain[order[^1]], row.DenseValues());
        }

        Assert.Equal(30, order.Count);
        Assert.NotEqual(plain.Keys, order);
    }

    [Fact]
    public void Several_layers_and_switches_come_from_one_pass()
    {
        var data = PixelRow.Data(_ml);
        var options = new ConvFeaturesOptions
        {
            Layers = new Dictionary<string, string> { ["Low"] = "conv1", ["High"] = "fc3", ["AlsoHigh"] = "fc3" },
            Switches = new Dictionary<string, string> { ["Places"] = "pool1" }, BatchSize = 4,
        };
        var made = _ml.Transforms.ExtractConvFeatures("Pixels", PixelRow.Network, options).Fit(data).Transform(data);
        Assert.Equal([1, 8, 6, 6], ((VectorDataViewType)made.Schema["Places"].Type).Dimensions);
        Assert.Equal(PixelRow.Column(made, "High"), PixelRow.Column(made, "AlsoHigh"));
        var rows = PixelRow.Rows(6);
        using var extractor = new FeatureExtractor(PixelRow.Network, ["conv1", "fc3", "pool1"], switches: true, s_cpu);
        var (low, places) = (PixelRow.Column(made, "Low"), made.GetColumn<long[]>("Places").ToArray());
        extractor.Run(rows.Length, (i, image) => rows[i].Pixels.CopyTo(image), (first, count, batch) =>
        {
            for (var i = 0; i < count; i++)
            {
                TensorAssert.Close(batch.Floats("conv1").Slice(i * low[0].Length, low[0].Length), low[first + i], Tolerance.Float32);
                var switches = new long[8 * 6 * 6];
                batch.CopySwitches("pool1", i, switches);
                Assert.Equal(switches, places[first + i]);
            }
        });
        var none = new ConvFeaturesOptions { Switches = new Dictionary<string, string> { ["Places"] = "conv2" } };
        Assert.Contains("max-pooling", Assert.Throws<GraphException>(() =>
            _ml.Transforms.ExtractConvFeatures("Pixels", PixelRow.Network, none)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_of_fixed_batch_is_run_as_it_is()
    {
        var net = PixelRow.Network;
        var image = net.Graph.Inputs[0];
        var one = net.Graph.With(
            inputs: [image with { Shape = image.Shape!.With(0, 1) }], outputs: [net.Graph.Outputs[0] with { Shape = new TensorShape(1, 4) }]);
        var fixedNet = new ConvNet(one);
        var data = PixelRow.Data(_ml);
        var free = Extract(batch: 4).Fit(data).Transform(data);
        var same = _ml.Transforms.ExtractConvFeatures("Features", "Pixels", fixedNet, "fc3").Fit(data).Transform(data);
        Assert.Equal(PixelRow.Column(free, "Features").Length, PixelRow.Column(same, "Features").Length);
        foreach (var (a, b) in PixelRow.Column(free, "Features").Zip(PixelRow.Column(same, "Features"))) TensorAssert.Close(a, b, Tolerance.Float32);
    }

    [Fact]
    public void Transformers_of_one_estimator_are_disposed_of_one_by_one()
    {
        var data = PixelRow.Data(_ml);
        var estimator = Extract(batch: 4);
        var (first, second) = (estimator.Fit(data), estimator.Fit(data));
        var expected = PixelRow.Column(first.Transform(data), "Features");
        ((IDisposable)first).Dispose();
        ((IDisposable)first).Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Transform(data));
        Assert.Equal(expected, PixelRow.Column(second.Transform(data), "Features"));
        ((IDisposable)second).Dispose();
        Assert.Equal(expected, PixelRow.Column(estimator.Fit(data).Transform(data), "Features"));
    }

    [Fact]
    public void The_contexts_device_is_used_or_refused()
    {
        Assert.SkipWhen(RuntimeFacts.Providers.Contains("CUDAExecutionProvider"), "This build of ONNX Runtime has CUDA.");
        var data = PixelRow.Data(_ml);
        var expected = PixelRow.Column(Extract(batch: 4).Fit(data).Transform(data), "Features");
        var falling = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        var model = falling.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "fc3").Fit(data);
        Assert.Equal(expected, PixelRow.Column(model.Transform(data), "Features"));
        var strict = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = false };
        var error = Assert.Throws<InvalidOperationException>(() =>
            strict.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "fc3").Fit(data));
        Assert.Contains("FallbackToCpu", error.Message, StringComparison.Ordinal);
    }

    private ConvNetEstimator Extract(int batch) => _ml.Transforms.ExtractConvFeatures("Pixels", PixelRow.Network, new ConvFeaturesOptions
    {
        Layers = new Dictionary<string, string> { ["Features"] = "fc3" }, BatchSize = batch,
    });
}
