using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.Features;

public class ProjectionSeedTests
{
    private static readonly float[] s_images = SmallNet.Images(3);

    [Theory]
    [InlineData("relu", "paper")]
    [InlineData("relu", "gradient")]
    [InlineData("prob", "guided")]
    public void Units_named_by_channel_row_and_column_are_those_of_the_projector(string layer, string preset)
    {
        var start = ProjectionGraph.StartOf(SmallNet.Net, layer);
        var shape = SmallNet.Net.ShapeOf(start);
        Unit[] units = [.. Activations(start).Chunk((int)shape.ItemCount()).Select((a, i) => Unit.Strongest(a, shape, channel: i + 1))];
        var actual = Places(layer, preset, [.. units.SelectMany(static u => new long[] { u.Channel, u.Y, u.X })]);
        AssertProjector(layer, preset, units, actual);
    }

    [Theory]
    [InlineData(-1, -1, -1)]
    [InlineData(2, -1, -1)]
    [InlineData(-1, 1, 2)]
    [InlineData(-1, 2, -1)]
    public void Numbers_left_open_find_the_strongest(int channel, int y, int x)
    {
        var shape = SmallNet.Net.ShapeOf("relu");
        var activations = Activations("relu");
        var units = Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, (int)shape.ItemCount())
            .Select(place => (Unit: Unit.At(place, shape), Value: activations[(i * (int)shape.ItemCount()) + place]))
            .Where(u => (channel < 0 || u.Unit.Channel == channel) && (y < 0 || u.Unit.Y == y) && (x < 0 || u.Unit.X == x))
            .MaxBy(static u => u.Value).Unit).ToArray();
        AssertProjector("relu", "paper", units, Places("relu", "paper", [.. Enumerable.Repeat(new long[] { channel, y, x }, 3).SelectMany(static u => u)]));
    }

    [Fact]
    public void Images_with_channels_last_give_the_same_turned()
    {
        long[] units = [0, 2, 1, 4, -1, -1, -1, -1, -1];
        var expected = Places("relu", "paper", units);
        var graph = ProjectionGraph.Of(SmallNet.ChannelsLast, "relu", ReversalRules.Paper, ProjectionSeed.Place, withField: true);
        var actual = GraphRun.Of(graph, new Dictionary<string, OnnxTensor>
        {
            ["x"] = OnnxTensor.Of(SmallNet.Turned(s_images), 3, SmallNet.Side, SmallNet.Side, 3), [ProjectionGraph.UnitName] = OnnxTensor.Of(units, 3, 3),
        });
        TensorAssert.Close(SmallNet.Turned(expected[ProjectionGraph.ProjectionName].Floats), actual[ProjectionGraph.ProjectionName].Floats, Tolerance.Float32);
        Assert.Equal(expected[ProjectionGraph.FieldName].Longs.ToArray(), actual[ProjectionGraph.FieldName].Longs.ToArray());
    }

    [Theory]
    [InlineData(5, 0, 0)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 0, 3)]
    [InlineData(-2, 0, 0)]
    [InlineData(0, -7, 0)]
    public void A_unit_outside_the_layer_is_refused_by_the_runtime(long channel, long y, long x) =>
        Assert.Throws<SessionException>(() => Places("relu", "paper", [0, 0, 0, channel, y, x, 0, 0, 0]));

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void The_strongest_needs_no_input(int? channel)
    {
        var shape = SmallNet.Net.ShapeOf("relu");
        var activations = Activations("relu").Chunk((int)shape.ItemCount());
        var graph = ProjectionGraph.Of(SmallNet.Net, "relu", ReversalRules.Paper, ProjectionSeed.Strongest(channel), withField: true);
        Assert.Equal(["x"], graph.Inputs.Select(static i => i.Name));
        AssertProjector("relu", "paper", [.. activations.Select(a => Unit.Strongest(a, shape, channel))], GraphRun.Of(graph, Feeds()));
    }

    [Fact]
    public void The_strongest_of_no_channel_is_refused() => Assert.Contains(
        "0 to 4", Assert.Throws<GraphException>(() => ProjectionGraph.Of(SmallNet.Net, "relu", ReversalRules.Paper, ProjectionSeed.Strongest(5))).Message,
        StringComparison.Ordinal);

    /// <summary>Under <c>gradient</c> a projection is linear in its seed: all units of a channel at once are the sum of its units one by one.</summary>
    [Theory]
    [InlineData("relu", StartValue.One)]
    [InlineData("relu", StartValue.Activation)]
    [InlineData("fc", StartValue.One)]
    public void A_whole_channel_is_the_sum_of_its_units_under_the_gradient(string layer, StartValue start)
    {
        var rules = ReversalRules.Gradient.StartingFrom(start);
        long[] channels = [1, 4, 1];
        var feeds = Feeds();
        feeds[ProjectionGraph.ChannelName] = OnnxTensor.Of(channels, 3);
        var whole = GraphRun.Of(ProjectionGraph.Of(SmallNet.Net, layer, rules, ProjectionSeed.Channel), feeds);
        var shape = SmallNet.Net.ShapeOf(layer);
        var places = (int)(shape.ItemCount() / shape.Known(1));
        using var projector = new Projector(SmallNet.Net, layer, rules, GraphRun.Settings, 3);
        var (sum, strongest) = (new float[s_images.Length], new[] { float.MinValue, float.MinValue, float.MinValue });
        for (var place = 0; place < places; place++)
        {
            var (one, activations) = (new float[s_images.Length], new float[3]);
            projector.Project(s_images, [.. channels.Select(c => Unit.At((c * places) + place, shape))], one, activations);
            for (var i = 0; i < sum.Length; i++) sum[i] += one[i];
            for (var i = 0; i < 3; i++) strongest[i] = Math.Max(strongest[i], activations[i]);
        }

        TensorAssert.Close(sum, whole[ProjectionGraph.ProjectionName].Floats, Tolerance.Float32);
        TensorAssert.Close(strongest, whole[ProjectionGraph.ActivationName].Floats, Tolerance.Float32);
        Assert.Contains(sum, static v => v != 0);
    }

    [Fact]
    public void Rectified_pixels_are_the_positive_part_of_all_pixels()
    {
        long[] strongest = [-1, -1, -1, -1, -1, -1, -1, -1, -1];
        var all = Places("relu", "paper", strongest)[ProjectionGraph.ProjectionName].Floats.ToArray();
        var rectified = Places("relu", ReversalOptions.Of("paper") with { Pixels = PixelValues.Rectified }, strongest)[ProjectionGraph.ProjectionName].Floats;
        Assert.Contains(all, static v => v < 0);
        TensorAssert.Close([.. all.Select(static v => Math.Max(v, 0))], rectified, Tolerance.Exact);
    }

    /// <summary>Inside receptive fields and over whole maps every choice gives the same.</summary>
    [Theory]
    [InlineData(Overlap.Sum, BiasUse.Subtract, PixelValues.All, StartValue.Activation)]
    [InlineData(Overlap.Sum, BiasUse.None, PixelValues.Rectified, StartValue.One)]
    [InlineData(Overlap.Max, BiasUse.Subtract, PixelValues.Rectified, StartValue.One)]
    [InlineData(Overlap.Last, BiasUse.None, PixelValues.All, StartValue.Activation)]
    public void The_projector_applies_every_choice(Overlap overlap, BiasUse bias, PixelValues pixels, StartValue start)
    {
        var options = ReversalOptions.Of("paper") with { Overlap = overlap, Bias = bias, Pixels = pixels, Start = start };
        Unit[] units = [.. Activations("relu").Chunk(45).Select(static (a, i) => Unit.Strongest(a, SmallNet.Net.ShapeOf("relu"), channel: i + 1))];
        var expected = Places("relu", options, [.. units.SelectMany(static u => new long[] { u.Channel, u.Y, u.X })])[ProjectionGraph.ProjectionName]
            .Floats.ToArray();
        var extents = overlap == Overlap.Sum ? new[] { ProjectionExtent.Whole, ProjectionExtent.ReceptiveField }
            : [ProjectionExtent.Whole, ProjectionExtent.Automatic];
        foreach (var extent in extents)
        {
            using var projector = new Projector(SmallNet.Net, "relu", options.ToRules(), GraphRun.Settings, 3, extent);
            var actual = new float[s_images.Length];
            projector.Project(s_images, units, actual, new float[3]);
            TensorAssert.Close(expected, actual, Tolerance.Float32);
        }

        Assert.Contains(expected, static v => v != 0);
    }

    /// <summary>A filter [1, -1] over [3, 1] fires with 2; its projection is [2, -2], rectified [2, 0].</summary>
    [Theory]
    [InlineData(PixelValues.All, new float[] { 2, -2 })]
    [InlineData(PixelValues.Rectified, new float[] { 2, 0 })]
    public void Rectification_at_the_pixels_by_hand(PixelValues pixels, float[] expected)
    {
        var net = new ConvNet(GraphText.Parse("c = Conv(x, w)\ny = Relu(c)", [-1, 1, 1, 2], ("w", OnnxTensor.Of([1f, -1], 1, 1, 1, 2))));
        var graph = ProjectionGraph.Of(net, "y", (ReversalOptions.Of("paper") with { Pixels = pixels }).ToRules());
        var actual = GraphRun.Of(graph,
            new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Of([3f, 1], 1, 1, 1, 2), [ProjectionGraph.UnitName] = OnnxTensor.Of([0L], 1) });
        TensorAssert.Close(expected, actual[ProjectionGraph.ProjectionName].Floats, Tolerance.Exact);
    }

    [Fact]
    public void A_projection_with_bias_subtraction_stays_inside_its_field()
    {
        var outputs = Places("relu", ReversalOptions.Of("gradient") with { Bias = BiasUse.Subtract, Start = StartValue.One }, [0, 0, 0, 1, 2, 2, 2, 0, 2]);
        var projection = outputs[ProjectionGraph.ProjectionName].Floats;
        var field = outputs[ProjectionGraph.FieldName].Longs;
        for (var i = 0; i < projection.Length; i++)
        {
            var (image, y, x) = (i / SmallNet.Length, i / SmallNet.Side % SmallNet.Side, i % SmallNet.Side);
            var (top, left, height, width) = (field[4 * image], field[(4 * image) + 1], field[(4 * image) + 2], field[(4 * image) + 3]);
            if (y < top || y >= top + height || x < left || x >= left + width) Assert.Equal(0, projection[i]);
        }
    }

    [Fact]
    public void A_network_may_call_its_values_as_a_projection_calls_its_own()
    {
        var net = new ConvNet(SmallNet.Graph(conv: "unit", last: "projection"));
        using var own = new Projector(net, "projection", ReversalRules.Paper, GraphRun.Settings, 3);
        using var plain = new Projector(SmallNet.Net, "relu", ReversalRules.Paper, GraphRun.Settings, 3);
        var (expected, actual) = (new float[s_images.Length], new float[s_images.Length]);
        Unit[] units = [new(0, 0, 0), new(1, 1, 1), new(4, 2, 2)];
        plain.Project(s_images, units, expected, new float[3]);
        own.Project(s_images, units, actual, new float[3]);
        Assert.Equal(expected, actual);
    }

    private static Dictionary<string, OnnxTensor> Feeds() => new() { ["x"] = OnnxTensor.Of(s_images, 3, 3, SmallNet.Side, SmallNet.Side) };

    private static Dictionary<string, OnnxTensor> Places(string layer, string preset, long[] units) => Places(layer, ReversalOptions.Of(preset), units);

    private static Dictionary<string, OnnxTensor> Places(string layer, ReversalOptions options, long[] units)
    {
        var feeds = Feeds();
        feeds[ProjectionGraph.UnitName] = OnnxTensor.Of(units, 3, 3);
        return GraphRun.Of(ProjectionGraph.Of(SmallNet.Net, layer, options.ToRules(), ProjectionSeed.Place, withField: true), feeds);
    }

    private static float[] Activations(string layer)
    {
        using var extractor = new FeatureExtractor(SmallNet.Net, [layer], switches: false, GraphRun.Settings, 3);
        return extractor.Matrix(layer, 3, (i, image) => s_images.AsSpan(i * SmallNet.Length, SmallNet.Length).CopyTo(image));
    }

    private static void AssertProjector(string layer, string preset, Unit[] units, Dictionary<string, OnnxTensor> actual)
    {
        using var projector = new Projector(SmallNet.Net, layer, ReversalRules.Named(preset), GraphRun.Settings, 3);
        var (expected, activations) = (new float[s_images.Length], new float[3]);
        projector.Project(s_images, units, expected, activations);
        TensorAssert.Close(expected, actual[ProjectionGraph.ProjectionName].Floats, Tolerance.Float32);
        TensorAssert.Close(activations, actual[ProjectionGraph.ActivationName].Floats, Tolerance.Float32);
        Assert.Contains(expected, static v => v != 0);
        var axes = SmallNet.Net.FieldOf(projector.Layer);
        var fields = units.Select(u => (Rows: axes[0].Clamped(u.Y, SmallNet.Side), Columns: axes[1].Clamped(u.X, SmallNet.Side)));
        Assert.Equal([.. fields.SelectMany(static f => new long[] { f.Rows.First, f.Columns.First, f.Rows.Count, f.Columns.Count })],
            actual[ProjectionGraph.FieldName].Longs.ToArray());
    }
}
