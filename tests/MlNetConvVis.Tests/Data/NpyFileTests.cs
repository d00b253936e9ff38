using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data;

/// <summary>Array files against what numpy 1.24.2 wrote (Reference/make_reference.py).</summary>
public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_type_reads_as_numpy_wrote_it_and_writes_the_same_bytes()
    {
        Check("float32.npy", NpyType.Float32, i => (i - 5) * 0.5f);
        Check("float64.npy", NpyType.Float64, i => (i - 5) * 0.5);
        Check("int64.npy", NpyType.Int64, i => i - 5L);
        Check("int32.npy", NpyType.Int32, i => i - 5);
        Check("uint8.npy", NpyType.UInt8, i => (byte)i);
        Check("bool.npy", NpyType.Bool, i => i != 5);
    }

    [Theory]
    [InlineData("single.npy", new int[0])]
    [InlineData("empty.npy", new[] { 0, 7 })]
    public void Single_values_and_empty_arrays_make_the_round_trip(string name, int[] shape)
    {
        var array = NpyFile.Read<float>(Reference(name));
        Assert.Equal(shape, array.Shape);
        Assert.Equal(shape.Length == 0 ? [2.5f] : [], array.Values);
        var copy = Path.Combine(_folder.Path, "copy.npy");
        NpyFile.Write<float>(copy, array.Values, array.Shape);
        Assert.Equal(File.ReadAllBytes(Reference(name)), File.ReadAllBytes(copy));
    }

    [Fact]
    public void A_vector_keeps_its_comma()
    {
        Assert.Equal([3], NpyFile.ReadHeader(Reference("vector.npy")).Shape);
        var copy = Path.Combine(_folder.Path, "copy.npy");
        NpyFile.Write<long>(copy, [1, 2, 3], [3]);
        Assert.Equal(File.ReadAllBytes(Reference("vector.npy")), File.ReadAllBytes(copy));
    }

    [Fact]
    public void Version_2_reads() => Assert.Equal([0, 1, 2], NpyFile.Read<float>(Reference("version2.npy")).Values);

    [Fact]
    public void A_stream_of_several_arrays_reads_one_by_one()
    {
        using var stream = new MemoryStream([.. File.ReadAllBytes(Reference("float32.npy")), .. File.ReadAllBytes(Reference("vector.npy"))]);
        Assert.Equal(24, NpyFile.Read<float>(stream, "both").Values.Length);
        Assert.Equal([1, 2, 3], NpyFile.Read<long>(stream, "both").Values);
    }

    [Theory]
    [InlineData("fortran.npy", "Fortran order")]
    [InlineData("float16.npy", "'<f2'")]
    [InlineData("big_endian.npy", "'>f4'")]
    [InlineData("structured.npy", "not understood")]
    [InlineData("float64.npy", "Float64, Float32 is wanted")]
    [InlineData("missing.npy", "does not exist")]
    public void What_cannot_be_read_says_why(string name, string reason)
    {
        var error = Assert.Throws<DataException>(() => NpyFile.Read<float>(Reference(name)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(60)]
    [InlineData(128)]
    [InlineData(223)]
    public void A_file_cut_short_is_refused(int length)
    {
        var file = _folder.Write("cut.npy", File.ReadAllBytes(Reference("float32.npy")).AsSpan(0, length));
        var error = Assert.Throws<DataException>(() => NpyFile.Read<float>(file));
        Assert.Contains("ends", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_beyond_all_memory_is_refused_without_taking_it()
    {
        var content = File.ReadAllBytes(Reference("float32.npy"));
        "(2, 3, 4), }        "u8.CopyTo(content.AsSpan(content.AsSpan().IndexOf("(2, 3, 4)"u8)));
        "(2147483647, 9), }  "u8.CopyTo(content.AsSpan(content.AsSpan().IndexOf("(2, 3, 4)"u8)));
        Assert.Contains("ends before", Assert.Throws<DataException>(() => NpyFile.Read<float>(_folder.Write("x.npy", content))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Not_an_array_file_is_refused() =>
        Assert.Contains("mark", Assert.Throws<DataException>(() => NpyFile.Read<float>(_folder.Write("x.npy", "some text, long enough"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_file_written_in_pieces_appears_when_it_is_complete()
    {
        var file = Path.Combine(_folder.Path, "new", "pieces.npy");
        using (var writer = new NpyWriter<float>(file, [2, 3]))
        {
            writer.Append([1, 2, 3]);
            Assert.False(File.Exists(file));
            Assert.Throws<ArgumentException>(() => writer.Append([1, 2, 3, 4]));
            Assert.Throws<ArgumentException>(writer.Complete);
            writer.Append([4, 5, 6]);
            writer.Complete();
        }

        Assert.Equal([1, 2, 3, 4, 5, 6], NpyFile.Read<float>(file).Values);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void What_is_not_completed_leaves_nothing()
    {
        new NpyWriter<float>(Path.Combine(_folder.Path, "x.npy"), [2]).Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.Throws<NotSupportedException>(() => NpyFile.Write<short>(Path.Combine(_folder.Path, "x.npy"), [1], [1]));
    }

    private static string Reference(string name) => ReferenceFile.PathOf("Data", name);

    private void Check<T>(string name, NpyType type, Func<int, T> value)
        where T : unmanaged
    {
        var array = NpyFile.Read<T>(Reference(name));
        Assert.Equal(type, NpyFile.ReadHeader(Reference(name)).Type);
        Assert.Equal([2, 3, 4], array.Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(value), array.Values);
        var copy = Path.Combine(_folder.Path, name);
        NpyFile.Write<T>(copy, array.Values, array.Shape);
        Assert.Equal(File.ReadAllBytes(Reference(name)), File.ReadAllBytes(copy));
    }
}
