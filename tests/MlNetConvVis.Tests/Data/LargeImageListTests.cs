using System.Text;
using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data;

/// <summary>A list that stays in its file is read as one that is held in memory.</summary>
public sealed class LargeImageListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.jpg\nb.jpg")]
    [InlineData("# comment\r\n\r\n  späte photos/ß.jpg  \r\n/absolut/漢字.jpg\r\n")]
    [InlineData("\uFEFFa.jpg\tcat\nb.jpg\tdog\n\n#\nc, d.jpg\tcat")]
    [InlineData("a.jpg,10\nb.jpg,9\rc.jpg,10\r\r\n")]
    public void It_names_the_same_images_and_classes(string text) => Same(text);

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(70_000)]
    public void Every_stretch_begins_where_the_one_before_ends(int count) =>
        Same(string.Concat(Enumerable.Range(0, count).Select(static i => $"{(i % 7 == 0 ? "# é\n" : "")}{new string('ü', i % 40)}{i}.png\tclass {i % 12}{(i % 3 == 0 ? "\r\n" : "\n")}")));

    [Theory]
    [InlineData("a.jpg\tcat\n\nb.jpg", "line 3: no class")]
    [InlineData("a.jpg\r\n#\r\nb.jpg\tcat", "line 3: a class")]
    [InlineData("#\n\n", "names no images")]
    public void What_is_wrong_is_said_as_of_a_small_one(string text, string says)
    {
        var file = _folder.Write("list.txt", text);
        var small = Assert.Throws<DataException>(() => ImageList.Read(file)).Message;
        Assert.Contains(says, small, StringComparison.Ordinal);
        Assert.Equal(small, Assert.Throws<DataException>(() => ImageList.Read(file, large: 0)).Message);
    }

    [Fact]
    public void Utf16_and_changes_are_noticed()
    {
        var file = Path.Combine(_folder.Path, "list.txt");
        File.WriteAllText(file, "a.jpg\nb.jpg", Encoding.Unicode);
        Assert.Contains("UTF-16", Assert.Throws<DataException>(() => ImageList.Read(file, large: 0)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("a.jpg\n", 100)));
        var images = ImageList.Read(file, large: 0).Images;
        File.AppendAllText(file, "\nc.jpg");
        Assert.Contains("was changed", Assert.Throws<DataException>(() => images[0]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_read_side_by_side()
    {
        var images = ImageList.Read(_folder.Write("list.txt", string.Concat(Enumerable.Range(0, 5_000).Select(static i => $"{i}.png\n"))), large: 0).Images;
        Parallel.For(0, 4 * images.Count, i => Assert.Equal($"{i * 7 % images.Count}.png", Path.GetFileName(images[i * 7 % images.Count].Path)));
    }

    private void Same(string text)
    {
        var file = _folder.Write("list.txt", text);
        var (small, large) = (ImageList.Read(file), ImageList.Read(file, large: 0));
        Assert.IsType<LargeImageList>(large.Images);
        Assert.Equal(small.Classes, large.Classes);
        Assert.Equal(small.Images, large.Images);
        Assert.Equal(small.Images.Reverse(), Enumerable.Range(0, large.Images.Count).Reverse().Select(i => large.Images[i]));
    }
}
