using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Features;

namespace MlNetConvVis.Tests.Analysis;

/// <summary>Figure 7 of a small network beside PyTorch, which ran every occluded image.</summary>
public sealed class OcclusionMapsTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 2 };

    [Fact]
    public void Agrees_with_pytorch()
    {
        var reference = JsonDocument.Parse(ReferenceFile.Bytes("Analysis", "experiments.json")).RootElement.GetProperty("occlusion");
        using var forward = new OccludedForward(SmallNet.Net, "relu", new OccluderGrid(13, 13, 4, 4, 3), s_cpu, 5);
        var maps = OcclusionMaps.Of(forward, SmallNet.Images(1), SmallNet.Images(1, seed: 200), @class: 1, channel: 2);
        TensorAssert.Close(Floats(reference, "probability"), [.. maps.Probability], Tolerance.Float32);
        TensorAssert.Close(Floats(reference, "activity"), [.. maps.Activity], Tolerance.Float32);
        Assert.Equal(reference.GetProperty("labels").EnumerateArray().Select(static l => l.GetInt32()), maps.Labels);
        Assert.Equal(maps.Probability.Min(), maps.Probability[maps.MostHarmful()]);
    }

    [Fact]
    public void Without_wishes_the_strongest_map_and_the_most_probable_class_are_followed()
    {
        using var forward = new OccludedForward(SmallNet.Net, "relu", new OccluderGrid(13, 13, 13, 13, 1), s_cpu);
        var image = SmallNet.Images(1);
        var maps = OcclusionMaps.Of(forward, image, image);      // what is covered shows the image itself
        Assert.Equal(maps.Class, maps.CleanLabel);
        Assert.Equal(maps.CleanLabel, Assert.Single(maps.Labels));
        Assert.Equal(maps.CleanProbability, Assert.Single(maps.Probability), 1e-5f);
        float[] sums = [.. Enumerable.Range(0, 5).Select(c => forward.Maps.Span.Slice(c * 9, 9).ToArray().Sum())];
        Assert.Equal(sums.Max(), maps.CleanActivity, 1e-4f);
        Assert.Equal(Array.IndexOf(sums, sums.Max()), maps.Channel);
    }

    [Fact]
    public void Frequent_labels_have_colours_of_their_own_and_the_rest_is_grey()
    {
        var colours = LabelColours.Of([5, 5, 5, 1, 1, 2, 3, 4, 6, 7, 8, 9]);
        Assert.Equal([5, 1, 2, 3, 4, 6, 7, null], colours.Select(static c => c.Label));
        Assert.Equal((2, 8), (colours[^1].Places, colours.Select(static c => c.Colour).Distinct().Count()));
    }

    [Fact]
    public void A_pixel_takes_the_place_whose_middle_is_nearest()
    {
        var picture = PlacePicture.Heat(new OccluderGrid(4, 6, 2, 2, 2), [0, 1, 2, 3, 4, 5]);
        Assert.Equal(HeatPicture.Colour(0), picture[0, 0]);
        Assert.Equal(HeatPicture.Colour(0.4f), picture[5, 1]);
        Assert.Equal(HeatPicture.Colour(0.8f), picture[2, 2]);
    }

    [Theory]
    [InlineData("mean", null)]
    [InlineData("grey", (byte)128)]
    [InlineData("7", (byte)7)]
    public void A_fill_is_read(string text, byte? pixel) =>
        Assert.Equal(pixel, OccluderFill.Parse(text)!.Colour?.R);

    private static float[] Floats(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static v => v.GetSingle())];
}
