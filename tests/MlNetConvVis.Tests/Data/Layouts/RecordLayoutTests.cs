using System.Buffers.Binary;
using System.IO.Compression;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Data.Layouts;

/// <summary>CIFAR and MNIST: data sets whose files are records of bare pixels.</summary>
public sealed class RecordLayoutTests : IDisposable
{
    private readonly DataSetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cifar_10_is_read_as_it_comes(bool archive)
    {
        for (var b = 1; b <= 5; b++) _files.Write($"cifar/data_batch_{b}.bin", [.. Record([(byte)(b % 2)], b), .. Record([1], 10 + b)]);
        _files.Write("cifar/test_batch.bin", Record([0], 50));
        _files.Write("cifar/batches.meta.txt", "airplane\nautomobile\n\n");
        var set = ImageSets.Open(archive ? _files.Tar("cifar", compressed: true) : _files.At("cifar"));
        Assert.Equal("cifar-10: 10 images to train on, 1 to validate on, 2 classes", set.Description);
        Assert.Equal(["airplane", "automobile"], set.Training.Classes);
        Assert.Equal([1, 1, 0, 1, 1, 1, 0, 1, 1, 1], set.Training.Labels());
        Assert.EndsWith("data_batch_2.bin#1", set.Training.Images[3].Path, StringComparison.Ordinal);
        CheckPixels(set.Training.Images[3].Source.Read(), 12);
        CheckPixels(set.Validation!.Images[0].Source.Read(), 50);
    }

    [Fact]
    public void Cifar_100_gives_fine_labels()
    {
        _files.Write("train.bin", [.. Record([1, 2], 3), .. Record([0, 1], 4)]);
        _files.Write("test.bin", Record([1, 0], 5));
        _files.Write("fine_label_names.txt", "apple\nbear\ncloud\n");
        _files.Write("coarse_label_names.txt", "food\nother\n");
        var set = ImageSets.Open(_files.Path);
        Assert.Equal("cifar-100", set.Layout.Name);
        Assert.Equal([2, 1, 0], set.All().Labels());
        CheckPixels(set.All().Images[2].Source.Read(), 5);
    }

    [Fact]
    public void Partial_Cifar_is_refused_with_what_is_wrong()
    {
        _files.Write("data_batch_1.bin", Record([0], 1));
        Assert.Contains("'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_4.bin', 'data_batch_5.bin', 'test_batch.bin' and 1 more are missing",
            Error(), StringComparison.Ordinal);
        for (var b = 2; b <= 5; b++) _files.Write($"data_batch_{b}.bin", Record([0], b));
        _files.Write("test_batch.bin", Record([0], 1)[..^1]);
        _files.Write("batches.meta.txt", "airplane\n");
        Assert.Contains("3,072 bytes, which is no whole number of records of 3,073", Error(), StringComparison.Ordinal);
        _files.Write("test_batch.bin", Record([7], 1));
        Assert.Contains("record 0: label 7, but there are 1 class names", Error(), StringComparison.Ordinal);
        using var python = new DataSetFiles();
        python.Write("data_batch_1", "pickled");
        Assert.Contains("cifar-10-binary.tar.gz", Assert.Throws<DataException>(() => ImageSets.Open(python.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnist", "-idx", false)]
    [InlineData("fashion-mnist", ".idx", true)]
    public void Idx_files_are_read_with_grey_as_three_equal_channels(string name, string dash, bool gzip)
    {
        void Write(string part, byte[] content) =>
            _files.Write($"{name}/{part.Replace("-idx", dash, StringComparison.Ordinal)}{(gzip ? ".gz" : "")}", gzip ? Zipped(content) : content);
        Write("train-images-idx3-ubyte", Idx([2, 2, 3], 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));
        Write("train-labels-idx1-ubyte", Idx([2], 9, 0));
        Write("t10k-images-idx3-ubyte", Idx([1, 2, 3], 21, 22, 23, 24, 25, 26));
        Write("t10k-labels-idx1-ubyte", Idx([1], 3));
        var set = ImageSets.Open(_files.At(name));
        Assert.Equal(name, set.Layout.Name);
        Assert.Equal(10, set.Training.Classes.Count);
        Assert.Equal(name == "mnist" ? "9" : "Ankle boot", set.Training.Classes[9]);
        Assert.Equal([9, 0, 3], set.All().Labels());
        var second = set.Training.Images[1].Source.Read();
        Assert.Equal((3, 2), (second.Width, second.Height));
        Assert.Equal(new Rgb(16, 16, 16), second[2, 1]);
        Assert.Equal(new Rgb(13, 13, 13), second[2, 0]);
        Assert.Equal("mnist", ImageSets.Open(_files.At(name), new ImageSetOptions { Layout = "mnist" }).Layout.Name);
    }

    [Fact]
    public void Wrong_Idx_files_are_refused_with_what_is_wrong()
    {
        _files.Write("train-images-idx3-ubyte", Idx([1, 2, 2], 1, 2, 3, 4));
        Assert.Contains("'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte' are missing", Error(), StringComparison.Ordinal);
        _files.Write("train-labels-idx1-ubyte", Idx([2], 1, 2));
        _files.Write("t10k-images-idx3-ubyte", Idx([1, 2, 2], 1, 2, 3));
        _files.Write("t10k-labels-idx1-ubyte", Idx([1], 1));
        Assert.Contains("holds 1 images", Error(), StringComparison.Ordinal);
        _files.Write("train-labels-idx1-ubyte", Idx([1], 1));
        Assert.Contains("1 x 2 x 2 bytes, but has 3", Error(), StringComparison.Ordinal);
        _files.Write("t10k-images-idx3-ubyte", "text instead");
        Assert.Contains("no IDX file", Error(), StringComparison.Ordinal);
    }

    /// <summary>Red is the seed everywhere, green the column, blue the row.</summary>
    private static byte[] Record(byte[] labels, int seed) =>
    [
        .. labels,
        .. Enumerable.Repeat((byte)seed, 1024),
        .. Enumerable.Range(0, 1024).Select(static i => (byte)(i % 32)),
        .. Enumerable.Range(0, 1024).Select(static i => (byte)(i / 32)),
    ];

    private static void CheckPixels(RgbImage image, byte seed)
    {
        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.Equal(new Rgb(seed, 31, 2), image[31, 2]);
        Assert.Equal(new Rgb(seed, 0, 31), image[0, 31]);
    }

    private static byte[] Idx(int[] dims, params byte[] values)
    {
        var header = new byte[4 + (4 * dims.Length)];
        (header[2], header[3]) = (8, (byte)dims.Length);
        foreach (var (i, size) in dims.Index()) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), size);
        return [.. header, .. values];
    }

    private static byte[] Zipped(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest)) gzip.Write(content);
        return target.ToArray();
    }

    private string Error() => Assert.Throws<DataException>(() => ImageSets.Open(_files.Path)).Message;
}
