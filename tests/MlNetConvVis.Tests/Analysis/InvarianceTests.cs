using System.Globalization;
using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Features;

namespace MlNetConvVis.Tests.Analysis;

/// <summary>Figure 5: transforms by hand and beside PyTorch's grid_sample, distances and probabilities beside PyTorch.</summary>
public sealed class InvarianceTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 2 };
    private static readonly Rgb s_fill = new(90, 120, 30);

    private static JsonElement Reference => JsonDocument.Parse(ReferenceFile.Bytes("Analysis", "experiments.json")).RootElement;

    [Fact]
    public void Whole_pixels_move_as_they_are()
    {
        var photo = Ramp(4, 3);
        var down = new PhotoTransform(TransformKind.Translation, 1).Apply(photo, s_fill);
        var up = new PhotoTransform(TransformKind.Translation, -2).Apply(photo, s_fill);
        for (var x = 0; x < 4; x++)
        {
            Assert.Equal([s_fill, photo[x, 0], photo[x, 1]], new[] { down[x, 0], down[x, 1], down[x, 2] });
            Assert.Equal([photo[x, 2], s_fill, s_fill], new[] { up[x, 0], up[x, 1], up[x, 2] });
        }

        var quarter = new PhotoTransform(TransformKind.Rotation, 90).Apply(Ramp(3, 3), s_fill);      // counter-clockwise: the right column comes to the top
        Assert.Equal([Ramp(3, 3)[2, 0], Ramp(3, 3)[2, 1], Ramp(3, 3)[2, 2]], new[] { quarter[0, 0], quarter[1, 0], quarter[2, 0] });
        Assert.Same(photo, new PhotoTransform(TransformKind.Scale, 1).Apply(photo, s_fill));
        Assert.Same(photo, new PhotoTransform(TransformKind.Rotation, 360).Apply(photo, s_fill));
    }

    [Theory]
    [InlineData("scale", TransformKind.Scale, 1.3)]
    [InlineData("smaller", TransformKind.Scale, 0.7)]
    [InlineData("rotation", TransformKind.Rotation, 30)]
    [InlineData("half", TransformKind.Rotation, 180)]
    [InlineData("translation", TransformKind.Translation, 2.5)]
    public void Pixels_between_agree_with_grid_sample(string name, TransformKind kind, double amount)
    {
        const int Width = 10, Plane = 7 * Width;
        int[] planes = [.. Reference.GetProperty("warps").GetProperty("picture").EnumerateArray().Select(static v => v.GetInt32())];
        var photo = new RgbImage(Width, 7, [.. Enumerable.Range(0, 3 * Plane).Select(i => (byte)planes[(i % 3 * Plane) + (i / 3)])]);
        var ours = new PhotoTransform(kind, amount).Values(photo, s_fill);
        double[] theirs = [.. Reference.GetProperty("warps").GetProperty(name).EnumerateArray().Select(static v => v.GetDouble())];
        for (var i = 0; i < ours.Length; i++) Assert.Equal(theirs[(i % 3 * Plane) + (i / 3)], ours[i], 1e-6);
    }

    [Fact]
    public void Distances_and_probabilities_agree_with_pytorch()
    {
        var image = SmallNet.Images(1);
        void Fill(int photo, PhotoTransform? transform, Span<float> input)
        {
            var shift = (int)(transform?.Amount ?? 0);
            for (var i = 0; i < input.Length; i++)
            {
                var row = (i / SmallNet.Side % SmallNet.Side) - shift;
                input[i] = row >= 0 && row < SmallNet.Side ? image[i - (shift * SmallNet.Side)] : 0;
            }
        }

        int[] shifts = [-3, 1, 4];
        var found = InvarianceStudy.Compare(
            SmallNet.Net, ["relu1", "fc"], 1, [1], [.. shifts.Select(static s => new PhotoTransform(TransformKind.Translation, s))], Fill, s_cpu, batch: 2);
        Assert.Equal(shifts, found.Points.Select(static p => (int)p.Transform.Amount));
        foreach (var point in found.Points)
        {
            var expected = Reference.GetProperty("invariance").GetProperty(point.Transform.Amount.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(expected.GetProperty("p").GetDouble(), point.Probability, 1e-6);
            foreach (var distance in point.Distances)
            {
                double[] both = [.. expected.GetProperty(distance.Layer).EnumerateArray().Select(static v => v.GetDouble())];
                Assert.Equal(both[0], distance.Distance, 1e-4 * both[0]);
                Assert.Equal(both[1], distance.Normalised, 1e-5);
            }
        }
    }

    [Fact]
    public void Curves_are_means_over_photos()
    {
        InvariancePoint Point(int photo, double amount, double distance) =>
            new(photo, new PhotoTransform(TransformKind.Translation, amount), 0, [new FeatureDistance("l", distance, distance)]);
        var result = new InvarianceResult([0, 0],
            [Point(0, -2, 4), Point(0, 0, 0), Point(0, 2, 4), Point(0, 4, 8), Point(1, -2, 2), Point(1, 0, 0), Point(1, 2, 6), Point(1, 4, 12)]);
        var curve = InvarianceCurve.Of(result, TransformKind.Translation, static p => p.Distances[0].Distance);
        Assert.Equal([-2, 0, 2, 4], curve.Amounts);
        Assert.Equal([3, 0, 5, 10], curve.Means);
        Assert.Equal(Math.Sqrt(2), curve.Deviations[2], 1e-12);
        Assert.Equal(4, curve.AtSmallestStep(0));
        Assert.Equal(20 / Math.Sqrt(8 * 53), curve.Linearity(0)!.Value, 1e-12);      // by hand
        Assert.Null(InvarianceCurve.Of(new InvarianceResult([0], [Point(0, 0, 0)]), TransformKind.Translation, static p => 0).AtSmallestStep(0));
    }

    [Fact]
    public void A_class_that_is_not_there_is_refused() => Assert.Contains("Class 6 was asked for, but the network has 6", Assert.Throws<GraphException>(() =>
        InvarianceStudy.Compare(SmallNet.Net, ["fc"], 1, [6], [new PhotoTransform(TransformKind.Scale, 2)], static (_, _, _) => { }, s_cpu)).Message,
        StringComparison.Ordinal);

    private static RgbImage Ramp(int width, int height) => new(width, height, [.. Enumerable.Range(0, 3 * width * height).Select(static i => (byte)(7 * i))]);
}
