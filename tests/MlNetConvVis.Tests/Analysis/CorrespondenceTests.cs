using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Features;

namespace MlNetConvVis.Tests.Analysis;

/// <summary>Table 1: by hand, and beside PyTorch.</summary>
public sealed class CorrespondenceTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 2 };

    [Fact]
    public void Signs_are_compared_over_all_pairs()
    {
        // pairs 1, 0 and 1 of three features: over ordered pairs 4, the mean share 4 / (6 * 3)
        var change = SignChange.Of([[1, -1, 0], [1, 1, 0], [1, -1, 0]]);
        Assert.Equal([1 / 3.0, 0, 1 / 3.0], change.Pairs);
        Assert.Equal((4.0, 3, 3, 1), (change.Delta, change.Features, change.Images, change.Repeats));
        Assert.Equal(0.2222, change.Mean, 1e-4);
        Assert.Equal(Math.Sqrt(((2 / 81.0) + (4 / 81.0)) / 2), change.Deviation, 1e-12);
        Assert.Equal(1 / 3.0, change.Unchanged, 1e-12);
    }

    [Fact]
    public void Repeats_are_put_together()
    {
        var both = SignChange.Of([SignChange.Of([[1, 0], [1, 1]]), SignChange.Of([[1, 0], [-1, 1]])]);
        Assert.Equal([0.5, 1], both.Pairs);
        Assert.Equal((2, 0.75, 3.0), (both.Repeats, both.Mean, both.Delta));      // Delta 2 * 1 and 2 * 2, in the mean
        Assert.Throws<ArgumentException>(() => SignChange.Of([new sbyte[] { 1 }]));
        Assert.Throws<ArgumentException>(() => SignChange.Of([[1], [1, 1]]));
    }

    [Fact]
    public void Agrees_with_pytorch()
    {
        var reference = JsonDocument.Parse(ReferenceFile.Bytes("Analysis", "experiments.json")).RootElement.GetProperty("correspondence");
        var images = SmallNet.Images(4);
        PixelMask[] masks = [.. new[] { (2, 3), (5, 1), (0, 8), (7, 6) }.Select(static p => PixelMask.Of(13, 13, new PixelWindow(p.Item2, p.Item1, 5, 4)))];
        var found = CorrespondenceStudy.Run(
            SmallNet.Net, ["relu1", "relu", "fc"], 4, (i, image) => images.AsSpan(i * SmallNet.Length, SmallNet.Length).CopyTo(image),
            [new MaskedPart("part", [masks]), new MaskedPart("twice", [masks, masks])], new float[SmallNet.Length], s_cpu, batch: 3);
        Assert.Equal(["part relu1", "part relu", "part fc", "twice relu1", "twice relu", "twice fc"], found.Select(static f => $"{f.Part} {f.Layer}"));
        foreach (var row in found)
        {
            double[] pairs = [.. reference.GetProperty(row.Layer).EnumerateArray().Select(static p => p.GetDouble())];
            Assert.Equal(row.Part == "part" ? pairs : [.. pairs, .. pairs], row.Change.Pairs, static (a, b) => Math.Abs(a - b) < 1e-9);
        }
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        var mask = PixelMask.Of(13, 13, new PixelWindow(0, 0, 2, 2));
        void Run(int images, int masks) => CorrespondenceStudy.Run(
            SmallNet.Net, ["fc"], images, static (_, _) => { }, [new MaskedPart("p", [[.. Enumerable.Repeat(mask, masks)]])], new float[SmallNet.Length], s_cpu);
        Assert.Contains("two or more", Assert.Throws<GraphException>(() => Run(1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("not a mask for each of 3", Assert.Throws<GraphException>(() => Run(3, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_cover_what_they_say()
    {
        var mask = PixelMask.Of(3, 4, new PixelWindow(2, 1, 5, 1), new PixelWindow(0, 0, 1, 1));
        Assert.Equal((3, (2, 4)), (mask.Count, mask.Extent));
        float[] first = new float[24], last = new float[24], cover = [.. Enumerable.Range(1, 24).Select(static v => (float)v)];
        mask.Apply(first, cover, ImageAxes.Nchw);
        mask.Apply(last, cover, ImageAxes.Nhwc);
        Assert.Equal([1, 7, 8, 13, 19, 20], first.Where(static v => v != 0));
        Assert.Equal([1, 2, 13, 14, 15, 16], last.Where(static v => v != 0));
        Assert.Equal(mask.Count, PixelMask.Of(mask.ToImage()).Count);
        var random = new SplitMix64(5);
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal((6, (2, 3)), (PixelMask.Random(3, 4, (2, 3), random) is var m ? m.Count : 0, m.Extent)));
    }
}
