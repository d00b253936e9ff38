using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Tests.Transfer;

public class MatrixProductTests
{
    public static TheoryData<int, int, int, bool> Shapes => new()
    {
        // rows, depth, columns; sizes around the tile (4 x 24), the row block (48) and the depth block (256)
        { 1, 1, 1, false }, { 4, 8, 24, false }, { 5, 7, 25, false }, { 3, 257, 9, false }, { 49, 600, 41, false },
        { 1, 1, 1, true }, { 5, 7, 25, true }, { 50, 300, 17, true }, { 97, 31, 30, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Product_agrees_with_the_slow_loop(int rows, int depth, int columns, bool transposed)
    {
        var (a, b) = (Fill(rows * depth, 1), Fill(depth * columns, 2));
        var left = transposed ? MatrixView.RowMajor(a, depth, rows).Transposed : MatrixView.RowMajor(a, rows, depth);
        var expected = SlowProduct(left, MatrixView.RowMajor(b, depth, columns));
        foreach (var threads in new[] { 1, 3 })
            Assert.Equal(expected, Unpad(Product(left, MatrixView.RowMajor(b, depth, columns), threads), rows, columns));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(50, 300)]
    [InlineData(101, 17)]
    public void Product_with_own_transpose_is_whole_and_symmetric(int rows, int depth)
    {
        var x = MatrixView.RowMajor(Fill(rows * depth, 4), rows, depth);
        var c = new float[rows * MatrixProduct.Padded(rows)];
        MatrixProduct.MultiplyByOwnTranspose(x, c, threads: 2);
        Assert.Equal(SlowProduct(x, x.Transposed), Unpad(c, rows, rows));
    }

    [Fact]
    public void Padding_stays_zero()
    {
        var c = Product(MatrixView.RowMajor(Fill(30, 1), 3, 10), MatrixView.RowMajor(Fill(30, 2), 10, 3), threads: 1);
        var stride = MatrixProduct.Padded(3);
        for (var row = 0; row < 3; row++) Assert.All(c[((row * stride) + 3)..((row + 1) * stride)], value => Assert.Equal(0, value));
    }

    private static float[] Product(MatrixView a, MatrixView b, int threads)
    {
        var c = Enumerable.Repeat(float.NaN, a.Rows * MatrixProduct.Padded(b.Columns)).ToArray();
        MatrixProduct.Multiply(a, b, c, threads);
        return c;
    }

    // small whole numbers: sums are exact in float32, so any order of summation must give the same
    private static float[] Fill(int length, ulong seed)
    {
        var random = new SplitMix64(seed);
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = random.Below(19) - 9;
        return values;
    }

    private static float[] SlowProduct(MatrixView a, MatrixView b)
    {
        var c = new float[a.Rows * b.Columns];
        for (var i = 0; i < a.Rows; i++)
        {
            for (var j = 0; j < b.Columns; j++)
            {
                for (var k = 0; k < a.Columns; k++)
                {
                    c[(i * b.Columns) + j] += a.Data.Span[(i * a.RowStride) + (k * a.ColumnStride)]
                        * b.Data.Span[(k * b.RowStride) + (j * b.ColumnStride)];
                }
            }
        }
        return c;
    }

    private static float[] Unpad(float[] c, int rows, int columns) =>
        [.. Enumerable.Range(0, rows).SelectMany(row => c.AsSpan(row * MatrixProduct.Padded(columns), columns).ToArray())];
}
