using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_and_images_come_in_ordinal_order_and_other_files_are_passed_over()
    {
        foreach (var name in new[] { "b/2.jpg", "b/10.PNG", "b/notes.txt", "B/x.webp", "a/deep/er/y.gif", "readme.md", ".hidden/z.png" })
            _folder.Write(name, "x");

        var set = ImageFolder.Scan(_folder.Path);

        Assert.Equal(["B", "a", "b"], set.Classes);
        Assert.Equal(["B/x.webp", "a/deep/er/y.gif", "b/10.PNG", "b/2.jpg"], Relative(set));
        Assert.Equal([0, 1, 2, 2], set.Labels());
        Assert.Equal(["b/2.jpg", "B/x.webp"], Relative(set.Subset([3, 0])));
    }

    [Fact]
    public void Without_classes_all_images_below_are_taken()
    {
        _folder.Write("2.jpg", "x");
        _folder.Write("1/9.png", "x");
        var set = ImageFolder.ScanUnlabelled(_folder.Path);
        Assert.Equal(["1/9.png", "2.jpg"], Relative(set));
        Assert.Equal([LabelledImage.Unlabelled, LabelledImage.Unlabelled], set.Labels());
        Assert.Empty(set.Classes);
    }

    [Fact]
    public void A_folder_that_is_empty_or_missing_says_what_was_found()
    {
        Assert.Contains("does not exist", Error(() => ImageFolder.Scan(Path.Combine(_folder.Path, "nowhere"))), StringComparison.Ordinal);
        Assert.Contains("0 image files and 0 others", Error(() => ImageFolder.Scan(_folder.Path)), StringComparison.Ordinal);
        _folder.Write("1.jpg", "x");
        _folder.Write("notes.txt", "x");
        Assert.Contains("1 image files and 1 others", Error(() => ImageFolder.Scan(_folder.Path)), StringComparison.Ordinal);
        _folder.Write("cats/notes.txt", "x");
        var error = Error(() => ImageFolder.Scan(_folder.Path));
        Assert.Contains("cats", error, StringComparison.Ordinal);
        Assert.Contains("1 files", error, StringComparison.Ordinal);
        Assert.Contains(".jpeg", error, StringComparison.Ordinal);
        Assert.Contains("holds no images", Error(() => ImageFolder.ScanUnlabelled(Path.Combine(_folder.Path, "cats"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_gives_classes_behind_tab_or_comma()
    {
        var list = _folder.Write("list.txt", "# comment\nimages/b,1.jpg\tcat\n\nimages/a.jpg , dog\r\n/abs/c.jpg\tcat\n");
        var set = ImageList.Read(list);
        Assert.Equal(["cat", "dog"], set.Classes);
        Assert.Equal([0, 1, 0], set.Labels());
        Assert.Equal(["images/b,1.jpg", "images/a.jpg"], Relative(set)[..2]);
        Assert.Equal("/abs/c.jpg", set.Images[2].Path);
    }

    [Fact]
    public void Numbered_classes_keep_their_numeric_order() =>
        Assert.Equal(["2", "10"], ImageList.Read(_folder.Write("list.txt", "a.jpg,10\nb.jpg,2\n")).Classes);

    [Fact]
    public void A_list_without_classes_has_none() => Assert.Empty(ImageList.Read(_folder.Write("list.txt", "a.jpg\nb.jpg\n")).Classes);

    [Fact]
    public void A_list_that_cannot_be_meant_names_the_line()
    {
        Assert.Contains("line 3: no class", Error(() => ImageList.Read(_folder.Write("list.txt", "a.jpg,1\n\nb.jpg\n"))), StringComparison.Ordinal);
        Assert.Contains("names no images", Error(() => ImageList.Read(_folder.Write("list.txt", "# nothing\n"))), StringComparison.Ordinal);
        Assert.Contains("does not exist", Error(() => ImageList.Read("nowhere.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_refused() =>
        Assert.Contains("label 1", Assert.Throws<ArgumentException>(() => new ImageSet(["a"], [new LabelledImage("x.png", 1)])).Message,
            StringComparison.Ordinal);

    private static string Error(Action action) => Assert.Throws<DataException>(action).Message;

    private string[] Relative(ImageSet set) => [.. set.Paths().Select(p => Path.GetRelativePath(_folder.Path, p).Replace('\\', '/'))];
}
