using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Tests.Features;

/// <summary>Batches that threads compute side by side arrive as they would one after the other.</summary>
public class FeatureExtractorTests
{
    private const int Images = 23;

    [Theory]
    [InlineData(4, 2)]
    [InlineData(6, 3)]
    [InlineData(2, 5)]
    [InlineData(64, 4)]
    public void Shared_batches_come_in_order_with_the_same_values_and_switches(int batch, int threads)
    {
        var (expected, places) = Read(batch, 1, shared: false);
        var (actual, shared) = Read(batch, threads, shared: true);
        TensorAssert.Close(expected, actual, Tolerance.Exact);
        Assert.Equal(places, shared);
    }

    [Fact]
    public void What_a_reader_throws_arrives_as_it_was_and_nothing_comes_behind_it()
    {
        var net = SmallNet.Net;
        using var extractor = new FeatureExtractor(net, ["prob"], switches: false, GraphRun.Settings with { Threads = 3 }, batch: 3, shared: true);
        var taken = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() => extractor.Run(Images, Fill, (first, _, _) =>
        {
            if (first >= 5) throw new InvalidDataException("full");
            taken.Add(first);
        }));
        Assert.Equal("full", error.Message);
        Assert.Equal([0, 1, 2, 3, 4], taken);
    }

    private static (float[] Values, long[] Places) Read(int batch, int threads, bool shared)
    {
        var net = SmallNet.Net;
        using var extractor = new FeatureExtractor(net, ["prob"], switches: true, GraphRun.Settings with { Threads = threads }, batch, shared);
        var (values, places, next) = (new List<float>(), new List<long>(), 0);
        var item = (int)OnnxTensor.Product(extractor.ItemShape("prob"));
        var switches = new long[OnnxTensor.Product(extractor.ItemShape(extractor.Pools[0]))];
        extractor.Run(Images, Fill, (first, count, features) =>
        {
            Assert.Equal(next, first);
            next += count;
            values.AddRange(features.Floats("prob")[..(count * item)]);
            for (var i = 0; i < count; i++)
            {
                features.CopySwitches(extractor.Pools[0], i, switches);
                places.AddRange(switches);
            }
        });
        Assert.Equal(Images, next);
        return ([.. values], [.. places]);
    }

    private static void Fill(int index, Span<float> image)
    {
        for (var i = 0; i < image.Length; i++) image[i] = MathF.Sin((index * 31) + (i * 0.7f));
    }
}
