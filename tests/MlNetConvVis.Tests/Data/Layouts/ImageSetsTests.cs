using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data.Layouts;

public sealed class ImageSetsTests : IDisposable
{
    private static readonly ImageSetOptions s_anything = new() { Classes = false };
    private readonly DataSetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Folders_of_classes_are_found_also_one_folder_further_down()
    {
        _files.Pictures("pack/photos/a/1.png", "pack/photos/b/2.png");
        _files.Write("pack/readme.txt", "x");
        var set = ImageSets.Open(_files.Path);
        Assert.Equal("folders", set.Layout.Name);
        Assert.Equal(["a", "b"], set.Training.Classes);
        Assert.Null(set.Validation);
        Assert.Equal("folders: 2 images, 2 classes", set.Description);
    }

    [Fact]
    public void One_class_folder_is_one_class()
    {
        _files.Pictures("a/1.png", "a/2.png");
        Assert.Equal(["a"], ImageSets.Open(_files.Path).Training.Classes);
        Assert.Equal(["a"], ImageSets.Open(_files.Path, s_anything).Training.Classes);
    }

    [Fact]
    public void Two_parts_share_the_classes_of_the_first()
    {
        _files.Pictures("train/a/1.png", "train/b/2.png", "train/c/3.png", "valid/c/4.png", "valid/a/5.png");
        var set = ImageSets.Open(_files.Path);
        Assert.Equal("train-val", set.Layout.Name);
        Assert.Equal(["a", "b", "c"], set.Validation!.Classes);
        Assert.Equal([0, 2], set.Validation.Labels());
        Assert.Equal([0, 1, 2, 0, 2], set.All().Labels());
        Assert.Contains("no images of 'b'", Assert.Single(set.Notes), StringComparison.Ordinal);
        _files.Pictures("valid/new/6.png");
        Assert.Contains("classes 'new'", Error(_files.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Loose_photos_will_do_where_no_classes_are_wanted()
    {
        _files.Pictures("1.png", "x/2.png", "y/3.png");
        Assert.Equal("photos: 3 images", ImageSets.Open(_files.Path, s_anything).Description);
        Assert.Equal(["x", "y"], ImageSets.Open(_files.Path).Training.Classes);
        Assert.Equal(LabelledImage.Unlabelled, Assert.Single(ImageSets.Open(_files.At("1.png"), s_anything).Training.Images).Label);
        Assert.Contains("single image", Error(_files.At("1.png")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_is_a_layout_too()
    {
        _files.Pictures("1.png", "2.png");
        Assert.Equal(["cat", "dog"], ImageSets.Open(_files.Write("list.txt", "1.png\tcat\n2.png\tdog\n")).Training.Classes);
        var bare = _files.Write("bare.txt", "1.png\n2.png\n");
        Assert.Equal("list: 2 images", ImageSets.Open(bare, s_anything).Description);
        Assert.Contains("names no classes", Error(bare), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_names_say_what_there_is()
    {
        Assert.Contains("does not exist", Error(_files.At("nowhere")), StringComparison.Ordinal);
        Assert.Contains("train-val, folders", Error(_files.Path, new ImageSetOptions { Layout = "zip" }), StringComparison.Ordinal);
        _files.Pictures("a/1.png", "b/2.png");
        Assert.Contains("'train/', 'val/' are missing", Error(_files.Path, new ImageSetOptions { Layout = "train-val" }), StringComparison.Ordinal);
        Assert.Contains("is a file", Error(_files.At("a/1.png"), new ImageSetOptions { Layout = "folders" }), StringComparison.Ordinal);
        Assert.Contains("no class folders (1 image files", Error(_files.At("a")), StringComparison.Ordinal);
    }

    [Fact]
    public void Tiny_ImageNet_is_read_as_it_comes()
    {
        _files.Write("tiny/wnids.txt", "n02\nn01\nn03\n");
        _files.Write("tiny/words.txt", "n00\tentity\nn01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane, machine\n");
        _files.Pictures("tiny/train/n01/images/n01_0.png", "tiny/train/n02/images/n02_0.png", "tiny/train/n02/images/n02_1.png",
            "tiny/train/n03/images/n03_0.png", "tiny/val/images/val_0.png", "tiny/val/images/val_1.png", "tiny/test/images/test_0.png");
        _files.Write("tiny/train/n01/n01_boxes.txt", "n01_0.png\t0\t0\t1\t1\n");
        _files.Write("tiny/val/val_annotations.txt", "val_1.png\tn01\t0\t0\t1\t1\r\nval_0.png\tn03\t0\t0\t1\t1\n");
        foreach (var path in new[] { _files.At("tiny"), _files.Tar("tiny"), _files.Tar("tiny", compressed: true) })
        {
            var set = ImageSets.Open(path);
            Assert.Equal("tiny-imagenet: 4 images to train on, 2 to validate on, 3 classes", set.Description);
            Assert.Equal(["goldfish", "crane (n02)", "crane (n03)"], set.Training.Classes);
            Assert.Equal([0, 1, 1, 2], set.Training.Labels());
            Assert.Equal([0, 2], set.Validation!.Labels());
            Assert.Equal([60, 50], set.Validation.Sources().Select(static s => s.Read()[0, 0].R));
        }
    }

    [Fact]
    public void Of_a_partial_Tiny_ImageNet_all_that_is_missing_is_named()
    {
        _files.Write("wnids.txt", "n01\nn02\n");
        _files.Pictures("train/n01/images/1.png");
        Assert.Contains("'words.txt', 'val/val_annotations.txt', 'val/images/' are missing", Error(_files.Path), StringComparison.Ordinal);
        _files.Write("words.txt", "n01\tgoldfish\n");
        _files.Pictures("val/images/val_0.png");
        _files.Write("val/val_annotations.txt", "val_0.png\tn01\nval_1.png\tn01\n");
        Assert.Contains("'train/n02/' is missing", Error(_files.Path), StringComparison.Ordinal);
        _files.Pictures("train/n02/images/1.png");
        Assert.Contains("no line for 'n02'", Error(_files.Path), StringComparison.Ordinal);
        _files.Write("words.txt", "n01\tgoldfish\nn02\tcrane\n");
        Assert.Contains("'val_1.png' is missing", Error(_files.Path), StringComparison.Ordinal);
        _files.Write("val/val_annotations.txt", "val_0.png\tn09\n");
        Assert.Contains("line 1", Error(_files.Path), StringComparison.Ordinal);
    }

    private static string Error(string path, ImageSetOptions? options = null) =>
        Assert.Throws<DataException>(() => ImageSets.Open(path, options)).Message;
}
