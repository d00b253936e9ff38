using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public class FeatureMatrixTests
{
    [Fact]
    public void Rows_are_slices_of_the_values()
    {
        var matrix = new FeatureMatrix(new float[] { 1, 2, 3, 4, 5, 6 }, 3, [1, 0], ["a", "b"]);
        Assert.Equal(2, matrix.Rows);
        Assert.Equal([4f, 5f, 6f], matrix.Row(1).ToArray());
    }

    [Fact]
    public void Values_that_are_not_whole_rows_are_refused() =>
        AssertRefused("5 came, but 6 are wanted", () => new(new float[5], 3, [0, 0], ["a"]));

    [Fact]
    public void Labels_out_of_range_are_refused() => AssertRefused("Row 1 has label 2", () => new(new float[2], 1, [0, 2], ["a", "b"]));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_are_refused_by_place(float value) =>
        AssertRefused("Feature 1 of row 1", () => new(new[] { 0, 0, 0, value }, 2, [0, 0], ["a"]));

    [Fact]
    public void Groups_and_uses_are_one_a_row()
    {
        AssertRefused("groups", () => new(new float[2], 1, [0, 0], ["a"], groups: ["g"]));
        AssertRefused("uses", () => new(new float[2], 1, [0, 0], ["a"], uses: [RowUse.Any]));
    }

    private static void AssertRefused(string says, Func<FeatureMatrix> make) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
}
