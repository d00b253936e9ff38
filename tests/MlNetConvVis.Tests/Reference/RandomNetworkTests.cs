using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Reference;

/// <summary>Fifty random networks: what a unit projects to, beside PyTorch's autograd and a reverse walk in plain loops.</summary>
public class RandomNetworkTests
{
    public static TheoryData<long> Networks => [.. RandomNetwork.Quick.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Projections_agree(long seed) => RandomNetworkCheck.Projections(RandomNetwork.Quick[seed]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Both_extents_agree(long seed) => RandomNetworkCheck.Extents(RandomNetwork.Quick[seed]);

    [Fact]
    public void Many_layers_are_projected_inside_their_receptive_fields() => Assert.InRange(
        RandomNetwork.Quick.Values.Count(static n =>
            RandomNetworkCheck.TryOpen(n.Net(), n.Cases[^1], n.Cases[^1].Projections.Keys.First(), ProjectionExtent.ReceptiveField) is { } p
            && Closed(p)), 15, 50);

    [Fact]
    public void Every_operator_that_a_projection_must_go_through_occurs()
    {
        string[] wanted =
        [
            "Conv", "BatchNormalization", "LRN", "Dropout", "Clip", "Relu", "LeakyRelu", "PRelu", "Elu", "Tanh", "Sigmoid", "HardSigmoid", "HardSwish", "Sum",
            "Add", "Mul", "Sub", "Div",
            "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum", "AveragePool", "MaxPool", "Flatten", "Reshape", "Transpose", "Squeeze",
            "Unsqueeze", "Slice", "Split", "Pad",
            "Identity", "Cast", "Concat", "Gemm", "MatMul", "Softmax",
        ];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), RandomNetwork.Slow.Values.SelectMany(static n => n.Nodes).Select(static n => n.OpType).Distinct()
            .Order(StringComparer.Ordinal));
    }

    private static bool Closed(Projector projector)
    {
        projector.Dispose();
        return true;
    }
}

/// <summary>Five hundred more.</summary>
[Trait("Speed", "Slow")]
public class SlowRandomNetworkTests
{
    public static TheoryData<long> Networks => [.. RandomNetwork.Slow.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Projections_agree(long seed) => RandomNetworkCheck.Projections(RandomNetwork.Slow[seed]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Both_extents_agree(long seed) => RandomNetworkCheck.Extents(RandomNetwork.Slow[seed]);
}

/// <summary>Compares what <see cref="Projector"/> gives with what is recorded.</summary>
internal static class RandomNetworkCheck
{
    /// <summary>How far an element may be off, beside the relative part, as a share of its projection's largest: float32 sums that cancel keep no more
    /// digits.</summary>
    private const float FloorOfLargest = 1e-5f;

    private const float Relative = 1e-4f;

    /// <summary>How far whole maps and receptive fields may be apart, as a share of the projection's largest.</summary>
    private const float BetweenExtents = 1e-6f;

    public static void Projections(RandomNetwork network)
    {
        var net = network.Net();
        foreach (var expected in network.Cases)
        {
            foreach (var (rule, projections) in expected.Projections)
            {
                var (actual, activations) = Project(net, network, expected, rule);
                AssertClose(expected.Activations, activations, $"activations of {expected.Layer} in {network}");
                for (var n = 0; n < network.Batch; n++)
                {
                    var (from, count) = (n * network.ImageLength, network.ImageLength);
                    AssertClose(projections.AsSpan(from, count), actual.AsSpan(from, count),
                        $"'{rule}' from unit {expected.Units[n]} of {expected.Layer}, image {n}, in {network}");
                    if (net.ShapeOf(expected.Layer).Rank == 4)
                        AssertSupport(net, network, expected.Layer, Unit.At(expected.Units[n], net.ShapeOf(expected.Layer)), actual.AsSpan(from, count), rule);
                }
            }
        }
    }

    /// <summary>Where receptive fields alone can be computed, they give what whole maps give.</summary>
    public static void Extents(RandomNetwork network)
    {
        var net = network.Net();
        foreach (var expected in network.Cases)
        {
            foreach (var rule in expected.Projections.Keys)
            {
                using var inField = TryOpen(net, expected, rule, ProjectionExtent.ReceptiveField);
                if (inField is null) continue;
                using var whole = TryOpen(net, expected, rule, ProjectionExtent.Whole)!;
                var ((one, _), (other, _)) = (Project(whole, network, expected), Project(inField, network, expected));
                for (var n = 0; n < network.Batch; n++)
                {
                    var (from, count) = (n * network.ImageLength, network.ImageLength);
                    var most = new Tolerance(BetweenExtents * Largest(one.AsSpan(from, count)), 0);
                    AssertClose(one.AsSpan(from, count), other.AsSpan(from, count), most,
                        $"'{rule}' from unit {expected.Units[n]} of {expected.Layer}, image {n}, in {network}");
                }
            }
        }
    }

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what) =>
        AssertClose(expected, actual, new Tolerance(FloorOfLargest * Largest(expected), Relative), what);

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, Tolerance tolerance, string what)
    {
        try
        {
            TensorAssert.Close(expected, actual, tolerance);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"{e.Message}: {what}");
        }
    }

    public static (float[] Projections, float[] Activations) Project(ConvNet net, RandomNetwork network, RandomCase expected, string rule)
    {
        using var projector = TryOpen(net, expected, rule, ProjectionExtent.Automatic)!;
        return Project(projector, network, expected);
    }

    /// <summary>Null where that extent is not to be had.</summary>
    public static Projector? TryOpen(ConvNet net, RandomCase expected, string rule, ProjectionExtent extent)
    {
        try
        {
            return new Projector(net, expected.Layer, RandomNetwork.Rule(rule), GraphRun.Settings, batch: 2, extent);
        }
        catch (GraphException e) when (extent == ProjectionExtent.ReceptiveField && e.Message.Contains("receptive fields alone", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static (float[] Projections, float[] Activations) Project(Projector projector, RandomNetwork network, RandomCase expected)
    {
        Unit[] units = [.. expected.Units.Select(u => Unit.At(u, projector.LayerShape))];
        var (projections, activations) = (new float[network.Images.Floats.Length], new float[units.Length]);
        projector.Project(network.Images.Floats, units, projections, activations);
        return (projections, activations);
    }

    /// <summary>Every pixel outside the unit's receptive field must be zero to the bit.</summary>
    public static void AssertSupport(ConvNet net, RandomNetwork network, string layer, Unit unit, ReadOnlySpan<float> projection, string rule)
    {
        var (height, width) = ((int)network.Images.Dims[2], (int)network.Images.Dims[3]);
        var field = ReceptiveField.Infer(net.Graph, net.Image.Name)[layer];
        var (y, x) = network.IsChannelsLast(layer) ? (unit.Channel, unit.Y) : (unit.Y, unit.X);
        var (rows, columns) = (field[0].Clamped(y, height), field[1].Clamped(x, width));
        for (var p = 0; p < projection.Length; p++)
        {
            var (row, column) = (p / width % height, p % width);
            var inside = row >= rows.First && row < rows.First + rows.Count && column >= columns.First && column < columns.First + columns.Count;
            Assert.True(inside || projection[p] == 0, $"'{rule}' from {unit} of {layer} touches {row},{column} outside of {rows} x {columns} in {network}");
        }
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values) largest = MathF.Max(largest, MathF.Abs(value));
        return largest;
    }
}
