namespace MlNetConvVis.Transfer.Numerics;

/// <summary>A matrix lying in memory with any distance between rows and between columns: a transpose costs nothing.</summary>
internal readonly record struct MatrixView(ReadOnlyMemory<float> Data, int Rows, int Columns, int RowStride, int ColumnStride)
{
    public MatrixView Transposed => new(Data, Columns, Rows, ColumnStride, RowStride);

    public static MatrixView RowMajor(ReadOnlyMemory<float> data, int rows, int columns) => new(data, rows, columns, columns, 1);
}
