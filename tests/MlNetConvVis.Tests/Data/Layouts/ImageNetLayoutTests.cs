using System.Globalization;
using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data.Layouts;

public sealed class ImageNetLayoutTests : IDisposable
{
    private const string Truth = "ILSVRC2012_validation_ground_truth.txt";
    private readonly DataSetFiles _files = new();

    public ImageNetLayoutTests()
    {
        _files.Write("synset_words.txt", "n00000001 tench, Tinca tinca\nn00000002 goldfish\nn00000003 crane\n");
        _files.Pictures("train/n00000001/n00000001_1.JPEG", "train/n00000002/n00000002_1.JPEG", "train/n00000003/n00000003_7.JPEG",
            "val/ILSVRC2012_val_00000001.JPEG", "val/ILSVRC2012_val_00000002.JPEG");
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Numbers_of_the_development_kit_go_through_its_table()
    {
        _files.Write(Truth, "1\n2\n");      // by the kit: n00000003, n00000001
        _files.Write("ILSVRC2012_devkit_t12/data/map_clsloc.txt", "n00000003 1 crane\nn00000001 2 tench\nn00000002 3 goldfish\n");
        Assert.Equal([2, 0], Labels());
    }

    [Fact]
    public void The_table_may_be_the_kits_MATLAB_file()
    {
        _files.Write("synset_words.txt", "n03 crane\n");
        var numbers = MlNetConvVis.Data.Layouts.ImageNetMeta.Read(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "Reference", "meta_tiny.mat")), "meta.mat");
        Assert.Equal(["1=n03", "2=n01", "300=n02"], numbers.Select(static n => $"{n.Key}={n.Value}"));
        Assert.Throws<DataException>(() => MlNetConvVis.Data.Layouts.ImageNetMeta.Read(new byte[50], "meta.mat"));
        Assert.Throws<DataException>(() => MlNetConvVis.Data.Layouts.ImageNetMeta.Read(new byte[500], "meta.mat"));
    }

    [Fact]
    public void Without_that_table_numbers_are_lines_of_the_words_unless_they_can_be_the_official_ones()
    {
        _files.Write(Truth, "3\n1\n");
        Assert.Equal([2, 0], Labels());
        _files.Write("synset_words.txt", string.Join('\n', Enumerable.Range(1, 1000).Select(
            static i => string.Create(CultureInfo.InvariantCulture, $"n{i:00000000} word {i}"))));
        Assert.Contains("'meta.mat' is missing", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wnids_and_Caffes_list_are_taken_too()
    {
        _files.Write(Truth, "n00000002\nn00000001\n");
        var set = ImageSets.Open(_files.Path);
        Assert.Equal("imagenet: 3 images to train on, 2 to validate on, 3 classes", set.Description);
        Assert.Equal(["tench", "goldfish", "crane"], set.Training.Classes);
        Assert.Equal([1, 0], set.Validation!.Labels());
        _files.Write("val.txt", "ILSVRC2012_val_00000002.JPEG 2\nILSVRC2012_val_00000001.JPEG 0\n");
        Assert.Equal([0, 2], Labels());
    }

    [Fact]
    public void Validation_images_in_folders_need_no_list()
    {
        File.Delete(_files.At("val/ILSVRC2012_val_00000001.JPEG"));
        File.Delete(_files.At("val/ILSVRC2012_val_00000002.JPEG"));
        _files.Pictures("val/n00000003/1.JPEG", "val/n00000001/2.JPEG");
        Assert.Equal([0, 2], Labels());
        _files.Pictures("val/n00000009/3.JPEG");
        Assert.Contains("'n00000009'", Error(), StringComparison.Ordinal);
        Directory.Delete(_files.At("val/n00000009"), recursive: true);
        File.Delete(_files.At("synset_words.txt"));
        Assert.Equal("train-val", ImageSets.Open(_files.Path).Layout.Name);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Contains($"'{Truth}' is missing", Error(), StringComparison.Ordinal);
        _files.Write(Truth, "1\n");
        Assert.Contains("1 lines, but there are 2 validation images", Error(), StringComparison.Ordinal);
        _files.Write(Truth, "1\n4\n");
        Assert.Contains("line 2: '4'", Error(), StringComparison.Ordinal);
        _files.Write("synset_words.txt", "n00000001 tench\nn00000002 goldfish\n");
        Assert.Contains("no line for 'n00000003'", Error(), StringComparison.Ordinal);
        File.Delete(_files.At("synset_words.txt"));
        Directory.Delete(_files.At("val"), recursive: true);
        Assert.Contains("'val/', 'synset_words.txt' are missing", Error(), StringComparison.Ordinal);
    }

    private int[] Labels() => ImageSets.Open(_files.Path).Validation!.Labels();

    private string Error() => Assert.Throws<DataException>(() => ImageSets.Open(_files.Path)).Message;
}
