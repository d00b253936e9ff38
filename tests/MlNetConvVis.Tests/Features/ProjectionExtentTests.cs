using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using Xunit;

namespace MlNetConvVis.Tests.Features;

/// <summary>Inside the receptive field and over whole maps the same projection comes out, for every unit, at borders too.</summary>
public class ProjectionExtentTests
{
    private static readonly SessionSettings s_settings = new() { Device = Device.Cpu };

    [Theory]
    [InlineData("paper")]
    [InlineData("guided")]
    [InlineData("gradient")]
    public void BothExtentsProjectEveryUnitAlike(string rule)
    {
        var net = Net("""
            - conv1: { type: conv, filters: 4, kernel: 5, stride: 2, pad: [0, 1, 2, 1], activation: relu }
            - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
            - norm1: { type: lrn, size: 3, alpha: 1.0e-1, beta: 0.75, k: 2 }
            - conv2: { type: conv, filters: 3, kernel: 3, pad: 1, activation: relu }
            - pool2: { type: averagepool, kernel: 2, stride: 1, pad: [1, 0, 0, 1] }
            - conv3: { type: conv, filters: 5, kernel: 2, activation: relu }
            """, 25, 22);
        EveryUnitAlike(net, "conv3", ReversalRules.Named(rule));
        EveryUnitAlike(net, "pool2", ReversalRules.Named(rule));
        EveryUnitAlike(net, "pool1", ReversalRules.Named(rule));
        EveryUnitAlike(net, "conv1", ReversalRules.Named(rule));
    }

    [Theory]
    [InlineData("turned")]
    [InlineData("conv")]
    [InlineData("pool")]
    [InlineData("relu")]
    public void ImagesWithChannelsLastAreProjectedInsideFieldsToo(string layer)
    {
        EveryUnitAlike(SmallNet.ChannelsLast, layer, ReversalRules.Paper);
        EveryUnitAlike(SmallNet.ChannelsLast, layer, ReversalRules.Gradient);
        if (layer != "relu") return;
        using var first = new Projector(SmallNet.Net, layer, ReversalRules.Paper, s_settings, batch: 2, ProjectionExtent.ReceptiveField);
        using var last = new Projector(SmallNet.ChannelsLast, layer, ReversalRules.Paper, s_settings, batch: 2, ProjectionExtent.ReceptiveField);
        Unit[] units = [.. Enumerable.Range(0, (int)first.LayerShape.ItemCount()).Select(i => Unit.At(i, first.LayerShape))];
        TensorAssert.Close(
            SmallNet.Turned(Projected(first, SmallNet.Images(1), units)), Projected(last, SmallNet.Turned(SmallNet.Images(1)), units), Tolerance.Float32);
    }

    /// <summary>Where the image is changed before it is turned, or read twice, no value is the image with channels first.</summary>
    [Theory]
    [InlineData("scaled = Mul(x, two)\nturned = Transpose(scaled) perm=[0,3,1,2]\ny = Conv(turned, w)")]
    [InlineData("turned = Transpose(x) perm=[0,3,1,2]\nscaled = Mul(x, two)\nagain = Transpose(scaled) perm=[0,3,1,2]\n" +
        "both = Add(turned, again)\ny = Conv(both, w)")]
    public void OtherUsesOfImagesWithChannelsLastAreComputedWhole(string text)
    {
        using var projector = new Projector(Turning(text), "y", ReversalRules.Paper, s_settings);
        Assert.Equal(ProjectionExtent.Whole, projector.Extent);
    }

    [Fact]
    public void ImagesOfAnyOrderAreTurnedBack()
    {
        var net = Turning("turned = Transpose(x) perm=[0,3,2,1]\ny = Conv(turned, w)");
        Assert.Equal("N,W,H,C", net.Axes.ToString());
        EveryUnitAlike(net, "y", ReversalRules.Paper);
    }

    [Fact]
    public void UnitsOfOneImageAreProjectedFromOneForwardPass()
    {
        var net = Net("- conv1: { type: conv, filters: 3, kernel: 3, pad: 1, activation: relu }\n- pool1: { type: maxpool, kernel: 2, stride: 2 }", 8, 8);
        using var projector = new Projector(net, "pool1", ReversalRules.Paper, s_settings, batch: 2);
        var image = Noise(2 * projector.ImageLength);
        projector.See(image);
        Unit[] units = [new(0, 0, 0), new(2, 3, 3), new(1, 2, 1), new(0, 0, 0)];
        int[] which = [1, 0, 1, 0];
        var (together, apart) = (new float[4 * projector.ImageLength], new float[4 * projector.ImageLength]);
        var activations = new float[4];
        projector.Project(which, units, together, activations);
        for (var i = 0; i < 4; i++)
        {
            var own = image.AsSpan(which[i] * projector.ImageLength, projector.ImageLength);
            projector.Project(own, units.AsSpan(i, 1), apart.AsSpan(i * projector.ImageLength, projector.ImageLength), activations.AsSpan(i, 1));
        }

        Assert.Equal(apart, together);
    }

    [Fact]
    public void RulesThatReachPastTheFieldAreComputedWhole()
    {
        var net = Net("- conv1: { type: conv, filters: 3, kernel: 3, pad: 1, activation: relu }\n- pool1: { type: maxpool, kernel: 3, stride: 2 }", 31, 31);
        using var projector = new Projector(net, "pool1", ReversalRules.Paper.With("paper", ReversalRules.MaxPool(Overlap.Last)), s_settings);
        Assert.Equal(ProjectionExtent.Whole, projector.Extent);
        var error = Assert.Throws<GraphException>(() => new Projector(
            net, "pool1", ReversalRules.Paper.With("paper", ReversalRules.MaxPool(Overlap.Max)), s_settings, extent: ProjectionExtent.ReceptiveField));
        Assert.Contains("Take the whole extent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImageThatWasNotSeenIsRefused()
    {
        var net = Net("- conv1: { type: conv, filters: 3, kernel: 3, pad: 1, activation: relu }", 8, 8);
        using var projector = new Projector(net, "conv1", ReversalRules.Paper, s_settings, batch: 2);
        projector.See(Noise(projector.ImageLength));
        var error = Assert.Throws<GraphException>(() => projector.Project([1], [new Unit(0, 0, 0)], new float[projector.ImageLength], new float[1]));
        Assert.Contains("image 1 was asked for, but 1 images were seen", error.Message, StringComparison.Ordinal);
    }

    private static ConvNet Turning(string text) => new(GraphText.Parse(
        text, [-1, 7, 6, 3], ("two", OnnxTensor.Of([2f, 3, 4], 3)), ("w", OnnxTensor.Of(Noise(2 * 3 * 9), 2, 3, 3, 3))));

    private static void EveryUnitAlike(ConvNet net, string layer, ReversalRuleSet rules)
    {
        using var whole = new Projector(net, layer, rules, s_settings, batch: 16, ProjectionExtent.Whole);
        using var field = new Projector(net, layer, rules, s_settings, batch: 16, ProjectionExtent.ReceptiveField);
        var image = Noise(whole.ImageLength);
        Unit[] units = [.. Enumerable.Range(0, (int)whole.LayerShape.ItemCount()).Select(i => Unit.At(i, whole.LayerShape))];
        var (expected, actual) = (Projected(whole, image, units), Projected(field, image, units));
        Assert.Contains(expected, static v => v != 0);
        var tolerance = new Tolerance(Relative: 1e-6f, Absolute: 1e-6f * expected.Max(MathF.Abs));
        TensorAssert.Close(expected, actual, tolerance);
        TensorAssert.Close(expected, ProjectedAlone(field, image, units), tolerance);
    }

    private static float[] Projected(Projector projector, float[] image, Unit[] units)
    {
        var (projections, activations) = (new float[units.Length * projector.ImageLength], new float[units.Length]);
        projector.See(image);
        projector.Project(new int[units.Length], units, projections, activations);
        return projections;
    }

    /// <summary>Without seeing the whole image first.</summary>
    private static float[] ProjectedAlone(Projector projector, float[] image, Unit[] units)
    {
        var (projections, activations) = (new float[units.Length * projector.ImageLength], new float[units.Length]);
        projector.Project([.. units.SelectMany(_ => image)], units, projections, activations);
        return projections;
    }

    private static ConvNet Net(string layers, int height, int width)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, $"name: tiny\ninput: {{ channels: 3, height: {height}, width: " +
            $"{width} }}\ninit: he\nlayers:\n  {layers.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");
        try
        {
            return new ConvNet(NetworkSpec.Read(file).Compile(null, seed: 3).Graph);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static float[] Noise(int length)
    {
        var random = new MlNetConvVis.Data.SplitMix64(7);
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = ((random.Next() >> 40) / (float)(1 << 23)) - 1;
        return values;
    }
}
