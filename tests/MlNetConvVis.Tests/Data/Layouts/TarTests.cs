using System.Formats.Tar;
using MlNetConvVis.Data;
using MlNetConvVis.Data.Trees;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Data.Layouts;

public sealed class TarTests : IDisposable
{
    private readonly DataSetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_archive_is_read_as_the_folder_it_was_made_of(bool compressed)
    {
        _files.Pictures("set/b/1.png", "set/a.b/2.png", "set/a/x/3.png", "set/a/4.png");
        _files.Write("set/readme.txt", "x");
        var (folder, archive) = (ImageSets.Open(_files.At("set")), ImageSets.Open(_files.Tar("set", compressed)));
        Assert.Equal(["a", "a.b", "b"], folder.Training.Classes);
        Assert.Equal(folder.Training.Classes, archive.Training.Classes);
        Assert.Equal(folder.Training.Labels(), archive.Training.Labels());
        Assert.Equal(
            folder.Training.Paths().Select(p => Path.GetRelativePath(_files.Path, p).Replace('\\', '/')),
            archive.Training.Paths().Select(p => p[(archive.Path.Length - "set".Length)..]));
        Assert.Equal([40, 30, 20, 10], archive.Training.Sources().Select(static s => s.Read()[0, 0].R));
        Assert.Equal(4, archive.Training.Sources().Select(static s => s.Stamp()).Distinct().Count());
    }

    [Fact]
    public void Several_threads_read_a_plain_archive_at_a_time()
    {
        _files.Pictures([.. Enumerable.Range(0, 20).Select(static i => $"set/{i % 2}/{i:00}.png")]);
        var images = ImageSets.Open(_files.Tar("set")).Training.Sources();
        var preprocessing = new ImagePreprocessing { Width = 2, Height = 2 };
        new ImageLoader(preprocessing, new ImageLoaderOptions { Threads = 4, Strict = true })
            .LoadFrames(images, out var frames, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 20).OrderBy(static i => i % 2).Select(static i => 10 * (i + 1)), frames.Select(static f => (int)f[0, 0].R));
    }

    [Fact]
    public void Names_that_lead_elsewhere_links_and_hidden_files_are_passed_over_and_told()
    {
        PaxTarEntry File(string name, byte grey) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(DataSetFiles.Picture(grey)) };
        var path = _files.Tar("odd.tar",
            File("../../evil.png", 1), File("/etc/evil.png", 2), File("a/../../evil.png", 3), File("c:/evil.png", 4), File("a\\evil.png", 5),
            new PaxTarEntry(TarEntryType.SymbolicLink, "a/link.png") { LinkName = "/etc/passwd" },
            new PaxTarEntry(TarEntryType.HardLink, "a/hard.png") { LinkName = "a/1.png" },
            File("./a/._1.png", 6), File("__MACOSX/a/1.png", 7), File("a/1.png", 8), File("./b/2.png", 9), File("a/1.png", 10));
        var set = ImageSets.Open(path);
        Assert.Equal(["a", "b"], set.Training.Classes);
        Assert.Equal([path + "/a/1.png", path + "/b/2.png"], set.Training.Paths());
        Assert.Equal([10, 9], set.Training.Sources().Select(static s => s.Read()[0, 0].R));      // of two entries of one name the later counts
        Assert.Contains("2 links", set.Notes[0], StringComparison.Ordinal);
        Assert.Contains("5 entries whose names point out of the archive were passed over, the first '../../evil.png'", set.Notes[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(700)]
    [InlineData(100)]
    public void An_archive_cut_short_is_refused(int kept)
    {
        _files.Write("set/a/1.jpg", new byte[3000]);
        _files.Write("set/b/1.jpg", new byte[3000]);
        var path = _files.Tar("set");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^(kept == 100 ? 100 + 10240 : 3000)]);
        Assert.Contains("cut short", Assert.Throws<DataException>(() => ImageSets.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_archive_is_refused()
    {
        Assert.Contains("no tar archive", Error(_files.Write("x.tar", string.Concat(Enumerable.Repeat("no archive at all ", 100)))), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Error(_files.Write("x.tar.gz", (ReadOnlySpan<byte>)[0x1F, 0x8B, 8, 0, 1, 2, 3])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_archive_beyond_the_memory_is_refused_with_what_to_do()
    {
        _files.Pictures("set/a/1.png", "set/b/2.png");
        var error = Assert.Throws<DataException>(() => TarStore.Open(_files.Tar("set", compressed: true), memoryLimit: 100));
        Assert.Contains("gunzip", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_image_in_an_archive_is_named_and_skipped()
    {
        _files.Pictures("set/a/1.png", "set/b/2.png");
        _files.Write("set/b/3.png", "no picture");
        var set = ImageSets.Open(_files.Tar("set")).Training;
        var batch = new ImageLoader(new ImagePreprocessing { Width = 2, Height = 2 })
            .LoadFrames(set.Sources(), out var frames, TestContext.Current.CancellationToken);
        Assert.Equal(2, frames.Length);
        Assert.EndsWith("set.tar/set/b/3.png", Assert.Single(batch.Broken).File, StringComparison.Ordinal);
    }

    private static string Error(string path) => Assert.Throws<DataException>(() => ImageSets.Open(path)).Message;
}
