using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data.Layouts;

public sealed class CaltechAndVocTests : IDisposable
{
    private readonly DataSetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("caltech-101", "101_ObjectCategories", "Faces", "accordion", "BACKGROUND_Google", "Faces accordion", "BACKGROUND_Google Faces accordion")]
    [InlineData("caltech-256", "256_ObjectCategories", "001.ak47", "002.flag", "257.clutter", "ak47 flag", "ak47 flag clutter")]
    public void The_class_of_anything_is_left_out_unless_asked_for(
        string layout, string root, string first, string second, string clutter, string without, string with)
    {
        _files.Pictures($"{root}/{first}/1.jpg", $"{root}/{second}/1.jpg", $"{root}/{second}/2.jpg", $"{root}/{clutter}/1.jpg");
        foreach (var path in new[] { _files.At(root), _files.Tar(root), _files.Path })
        {
            if (path == _files.Path) File.Delete(_files.At($"{root}.tar"));
            var set = ImageSets.Open(path);
            Assert.Equal(layout, set.Layout.Name);
            Assert.Equal(without.Split(' '), set.Training.Classes);
            Assert.Equal(3, set.Training.Images.Count);
            Assert.Contains($"'{clutter}' is left out", Assert.Single(set.Notes), StringComparison.Ordinal);
            var whole = ImageSets.Open(path, new ImageSetOptions { Clutter = true });
            Assert.Equal(with.Split(' '), whole.Training.Classes);
            Assert.Equal(4, whole.Training.Images.Count);
            Assert.Empty(whole.Notes);
        }
    }

    [Fact]
    public void Voc_gives_every_class_that_an_image_shows()
    {
        WriteVoc();
        var set = ImageSets.Open(_files.Path);
        Assert.Equal("voc-2012: 3 images to train on, 1 to validate on, 2 classes", set.Description);
        Assert.Equal(["cat", "person"], set.Training.Classes);
        Assert.Equal(["2008_1", "2008_2", "2008_4"], set.Training.Paths().Select(static p => Path.GetFileNameWithoutExtension(p)));
        Assert.Equal([[0, 1], [1], []], set.Training.Images.Select(static i => i.Labels.ToArray()));
        Assert.Equal([[], [0], [1]], set.Training.Images.Select(static i => i.Doubtful.ToArray()));
        Assert.Equal([0, 1, LabelledImage.Unlabelled], set.Training.Labels());
        Assert.True(set.Training.HasSeveralLabels);
        Assert.False(set.Validation!.HasSeveralLabels);
        Assert.Equal([0], Assert.Single(set.Validation.Images).Labels);
    }

    [Fact]
    public void Voc_of_one_part_has_no_part_to_validate_on()
    {
        WriteVoc();
        foreach (var list in Directory.GetFiles(_files.At("VOCdevkit/VOC2012/ImageSets/Main"), "*_val.txt")) File.Delete(list);
        foreach (var list in Directory.GetFiles(_files.At("VOCdevkit/VOC2012/ImageSets/Main"), "*_train.txt"))
            File.Move(list, list.Replace("_train", "_trainval", StringComparison.Ordinal));
        var set = ImageSets.Open(_files.Path);
        Assert.Null(set.Validation);
        Assert.Equal(3, set.Training.Images.Count);
    }

    [Fact]
    public void Of_a_partial_Voc_what_is_missing_is_named()
    {
        WriteVoc();
        File.Delete(_files.At("VOCdevkit/VOC2012/ImageSets/Main/person_val.txt"));
        Assert.Contains("'ImageSets/Main/person_val.txt' is missing", Error(), StringComparison.Ordinal);
        WriteVoc();
        File.Delete(_files.At("VOCdevkit/VOC2012/JPEGImages/2008_4.jpg"));
        Assert.Contains("'2008_4.jpg' is missing", Error(), StringComparison.Ordinal);
        WriteVoc();
        _files.Write("VOCdevkit/VOC2012/ImageSets/Main/cat_val.txt", "2008_3 yes\n");
        Assert.Contains("line 1: '2008_3 yes'", Error(), StringComparison.Ordinal);
    }

    private void WriteVoc()
    {
        const string root = "VOCdevkit/VOC2012";
        _files.Pictures($"{root}/JPEGImages/2008_1.jpg", $"{root}/JPEGImages/2008_2.jpg", $"{root}/JPEGImages/2008_3.jpg", $"{root}/JPEGImages/2008_4.jpg");
        _files.Write($"{root}/Annotations/2008_1.xml", "<annotation/>");
        _files.Write($"{root}/ImageSets/Main/train.txt", "2008_1\n2008_2\n2008_4\n");
        _files.Write($"{root}/ImageSets/Main/cat_train.txt", "2008_1  1\n2008_2  0\n2008_4 -1\n");
        _files.Write($"{root}/ImageSets/Main/person_train.txt", "2008_1  1\n2008_2  1\n2008_4  0\n");
        _files.Write($"{root}/ImageSets/Main/cat_val.txt", "2008_3  1\n");
        _files.Write($"{root}/ImageSets/Main/person_val.txt", "2008_3 -1\n");
    }

    private string Error() => Assert.Throws<DataException>(() => ImageSets.Open(_files.Path)).Message;
}
