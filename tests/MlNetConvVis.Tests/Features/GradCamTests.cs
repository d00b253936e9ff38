using System.Text.Json;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Tests.Features;

/// <summary>Grad-CAM beside PyTorch's (Reference/make_grad_cam.py).</summary>
public class GradCamTests
{
    private static readonly JsonSerializerOptions s_names = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<Case[]> s_cases = new(static () => JsonSerializer.Deserialize<Case[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Features", "Reference", "grad_cam.json")), s_names)!);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    public void Maps_and_scores_are_those_of_PyTorch(int which, int batch)
    {
        var expected = s_cases.Value[which];
        var images = SmallNet.Images(3);
        using var cam = new GradCam(SmallNet.Net, GraphRun.Settings, expected.Layer, guided: true, batch);
        var (heat, guided) = (new float[3 * cam.MapLength], new float[images.Length]);
        var explained = cam.Explain(images, [expected.Asked, expected.Asked, expected.Asked], heat, guided);
        Assert.Equal(expected.Classes, explained.Select(static e => e.Class));
        TensorAssert.Close(expected.Scores, explained.Select(static e => e.Score).ToArray(), Tolerance.Float32);
        TensorAssert.Close(expected.Heat, heat, Tolerance.Float32);
        TensorAssert.Close(expected.Guided, guided, Tolerance.Float32);
    }

    [Fact]
    public void Images_with_channels_last_give_the_same()
    {
        var expected = s_cases.Value[0];
        using var cam = new GradCam(SmallNet.ChannelsLast, GraphRun.Settings, expected.Layer, guided: true, batch: 3);
        var (heat, guided) = (new float[3 * cam.MapLength], new float[3 * SmallNet.Length]);
        cam.Explain(SmallNet.Turned(SmallNet.Images(3)), [null, null, null], heat, guided);
        TensorAssert.Close(expected.Heat, heat, Tolerance.Float32);
        TensorAssert.Close(SmallNet.Turned(expected.Guided), guided, Tolerance.Float32);
    }

    [Fact]
    public void The_last_layer_with_rows_and_columns_is_the_default()
    {
        using var cam = new GradCam(SmallNet.Net, GraphRun.Settings);
        Assert.Equal(("relu", 6, SmallNet.Side * SmallNet.Side), (cam.Layer, cam.Classes, cam.MapLength));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var cam = new GradCam(SmallNet.Net, GraphRun.Settings);
        Assert.Contains("0 to 5", Refusal(() => cam.Explain(SmallNet.Images(1), [6], new float[cam.MapLength])), StringComparison.Ordinal);
        Assert.Contains("0 to 5", Refusal(() => cam.Explain(SmallNet.Images(1), [-1], new float[cam.MapLength])), StringComparison.Ordinal);
        Assert.Contains("room for 3 values", Refusal(() => cam.Explain(SmallNet.Images(1), [0], new float[3])), StringComparison.Ordinal);
        Assert.Contains("such as 'relu'", Refusal(static () => GradCamGraph.Of(SmallNet.Net, "fc")), StringComparison.Ordinal);
        Assert.Contains("has no layer 'conv9'", Refusal(static () => GradCamGraph.Of(SmallNet.Net, "conv9")), StringComparison.Ordinal);
        var maps = new ConvNet(GraphText.Parse("y = Relu(x)", [-1, 3, 4, 4]));
        Assert.Contains("one score a class", Refusal(() => GradCamGraph.ScoresOf(maps)), StringComparison.Ordinal);
    }

    private static string Refusal(Action call) => Assert.Throws<GraphException>(call).Message;

    private sealed record Case(string Layer, int? Asked, int[] Classes, float[] Scores, float[] Heat, float[] Guided);
}
