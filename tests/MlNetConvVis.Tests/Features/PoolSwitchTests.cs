using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using Xunit;

namespace MlNetConvVis.Tests.Features;

/// <summary>Switches beside a search that does nothing clever.</summary>
public class PoolSwitchTests
{
    [Theory]
    [InlineData(3, 2, 1, 0, 0)]
    [InlineData(3, 2, 1, 1, 1)]
    [InlineData(2, 2, 1, 0, 1)]
    [InlineData(3, 1, 2, 2, 1)]
    [InlineData(5, 3, 1, 2, 2)]
    [InlineData(1, 1, 1, 0, 0)]
    public void Every_window_gives_the_first_of_its_largest_values(int kernel, int stride, int dilation, int before, int behind)
    {
        foreach (var (height, width) in new[] { (9, 9), (13, 31), (16, 40) })
        {
            var geometry = Geometry(height, width, kernel, stride, dilation, before, behind);
            var values = FewValues(3 * height * width);      // many ties
            var places = new int[3 * geometry.OutputSizes[0] * geometry.OutputSizes[1]];
            PoolSwitches.All(values, geometry, places);
            Assert.Equal(Searched(values, geometry), places);
        }
    }

    [Fact]
    public void Minus_zero_ties_with_zero()
    {
        var places = new int[1];
        PoolSwitches.All([-0f, 0f, 0f, -0f], Geometry(2, 2, 2, 2, 1, 0, 0), places);
        Assert.Equal(0, places[0]);
    }

    /// <summary>The maximum of nothing has no place: such a pool is refused before anything reads past its rows.</summary>
    [Theory]
    [InlineData(1, 9, 2, 2, 1, false)]       // -1 and 1 of one row
    [InlineData(3, 9, 2, 4, 1, false)]       // -1 and 3 of three rows
    [InlineData(3, 9, 3, 4, 4, true)]
    [InlineData(2, 9, 2, 2, 1, true)]
    public void Windows_over_padding_alone_are_refused(int height, int width, int kernel, int dilation, int pad, bool fits)
    {
        Assert.Equal(fits, Record.Exception(() => Geometry(height, width, kernel, 1, dilation, pad, pad)) is null);
        Assert.Equal(fits, Record.Exception(() => Geometry(width, height, kernel, 1, dilation, pad, pad)) is null);
    }

    private static int[] Searched(float[] values, WindowGeometry geometry)
    {
        var plane = (int)(geometry.InputSizes[0] * geometry.InputSizes[1]);
        return [.. from channel in Enumerable.Range(0, values.Length / plane)
                   from y in Enumerable.Range(0, (int)geometry.OutputSizes[0])
                   from x in Enumerable.Range(0, (int)geometry.OutputSizes[1])
                   select Window(geometry, y, x).Select(place => (channel * plane) + place).MaxBy(place => values[place])];      // the first of equal ones
    }

    /// <summary>The places of one window that lie in the plane, row by row.</summary>
    private static IEnumerable<int> Window(WindowGeometry geometry, int y, int x) =>
        from ky in Enumerable.Range(0, (int)geometry.Kernel[0])
        from kx in Enumerable.Range(0, (int)geometry.Kernel[1])
        let row = (y * geometry.Strides[0]) - geometry.PadsBegin[0] + (ky * geometry.Dilations[0])
        let column = (x * geometry.Strides[1]) - geometry.PadsBegin[1] + (kx * geometry.Dilations[1])
        where row >= 0 && row < geometry.InputSizes[0] && column >= 0 && column < geometry.InputSizes[1]
        select (int)((row * geometry.InputSizes[1]) + column);

    private static WindowGeometry Geometry(int height, int width, int kernel, int stride, int dilation, int before, int behind) => WindowGeometry.Of(
        new OnnxNode("MaxPool", "pool", ["x"], ["y"], OnnxAttributes.Of(
            ("kernel_shape", new long[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }),
            ("dilations", new long[] { dilation, dilation }),
            ("pads", new long[] { before, before, behind, behind }))),
        TensorShape.Of(1, 3, height, width));

    private static float[] FewValues(int length)
    {
        var random = new MlNetConvVis.Data.SplitMix64(11);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.Next() % 7) - 3)];
    }
}
