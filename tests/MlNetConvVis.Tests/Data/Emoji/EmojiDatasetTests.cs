using MlNetConvVis.Data;
using MlNetConvVis.Data.Emoji;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Data.Emoji;

public sealed class EmojiDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EmojiDatasetTests()
    {
        var svg = ImageCodecs.Status().Any(s => s.Formats.Contains(ImageFormat.Svg));
        Assert.SkipUnless(svg, "no codec here reads SVG");
        var packages = new TinyEmojiPackages(Directory.CreateDirectory(Packages).FullName);
        packages.WriteSymbols(
            ("1F600", "Big grin", 0), ("2639-FE0F", "frown", 0), ("1F34E", "apple", 1), ("1F350", "pear & peach", 1), ("1F527", "wrench", 2),
            ("1F528", "Père's hammer", 2),
            ("1F529", "nut", 2));
        foreach (var artist in TinyEmojiPackages.Artists)
        {
            // The old sets have names only, some of them older ones.
            var hasCodes = artist is "twemoji" or "noto";
            packages.WriteSet(artist,
                new()
                {
                    ["big-grin"] = "#f00", [hasCodes ? "frown" : "sad-face"] = "#0f0", ["apple"] = "#00f", ["pear-and-peach"] = "#ff0",
                    ["left-wrench"] = "#0ff", ["peres-hammer"] = "#f0f"
                },
                new()
                {
                    ["wrench"] = new { parent = "left-wrench", hFlip = true },
                    [hasCodes ? "sad-face" : "frowny"] = new { parent = hasCodes ? "frown" : "sad-face" }, ["circle"] = new { parent = "circle" }
                },
                hasCodes ? new() { ["1f600"] = "big-grin", ["2639"] = "frown", ["1f527"] = "wrench" } : []);
        }
    }

    private string Packages => Path.Combine(_folder.Path, "packages");

    private EmojiDatasetOptions Options => new()
    {
        OutputDirectory = Path.Combine(_folder.Path, "emoji"), PackagesDirectory = Packages, Side = 16, MinimumSymbols = 2, TargetClasses = 1,
        HeldOutArtist = "noto", Threads = 2,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Symbols_are_matched_by_code_label_and_old_name_and_drawn_into_class_folders()
    {
        var heard = new Progress();
        var index = EmojiDataset.Prepare(Options, heard, TestContext.Current.CancellationToken);

        Assert.Equal(3 * 2 * 7, index.Pictures.Count);
        Assert.Equal(["apple", "big-grin", "frown", "pear-and-peach", "peres-hammer", "wrench"],
            index.Pictures.Select(p => p.Symbol).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["face", "fruit", "tool"], index.Classes("source").Concat(index.Classes("target")).Order(StringComparer.Ordinal));
        Assert.Single(index.Classes("target"));
        Assert.All(index.Pictures, p => Assert.Equal(p.Artist == "noto" ? "test" : "train", p.Split));
        Assert.All(index.Pictures, p => Assert.Equal($"{p.Domain}/{p.Class}/{p.Symbol}__{p.Artist}.png", p.File));
        Assert.Equal((0, 42), heard.First);
        Assert.Equal(42, heard.Most);

        var frown = ImageLoader.Read(Path.Combine(index.Directory, index.Pictures.Single(p => p is { Symbol: "frown", Artist: "emojione" }).File));
        Assert.Equal((16, 16), (frown.Width, frown.Height));
        Assert.Equal((new Rgb(0, 255, 0), Rgb.White), (frown[3, 8], frown[12, 8]));
        var wrench = ImageLoader.Read(Path.Combine(index.Directory, index.Pictures.Single(p => p is { Symbol: "wrench", Artist: "twemoji" }).File));
        Assert.Equal((Rgb.White, new Rgb(0, 255, 255)), (wrench[3, 8], wrench[12, 8]));      // mirrored
    }

    [Fact]
    public void The_image_set_has_the_domains_classes_and_files_that_exist()
    {
        var index = EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken);
        var train = index.ToImageSet(EmojiPicture.Source, EmojiPicture.Train);
        var test = index.ToImageSet(EmojiPicture.Source, EmojiPicture.Test);
        Assert.Equal((24, 4), (train.Images.Count, test.Images.Count));
        Assert.Equal(train.Classes, test.Classes);
        Assert.All(train.Images, image =>
        {
            Assert.True(File.Exists(image.Path));
            Assert.Equal(train.Classes[image.Label], Path.GetFileName(Path.GetDirectoryName(image.Path)));
        });
        Assert.Equal(train.Paths(), index.Select(EmojiPicture.Source, EmojiPicture.Train).Select(p => Path.Combine(index.Directory, p.File)));
        Assert.Equal(train.Classes, ImageFolder.Scan(Path.Combine(index.Directory, "source")).Classes);
    }

    [Fact]
    public void Made_once_it_is_found_made_and_other_options_are_refused()
    {
        var first = EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken);
        Directory.Delete(Packages, recursive: true);      // not looked at again
        var again = EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(first.Pictures, again.Pictures);
        Assert.Equal(first.Directory, again.Directory);
        var error = Assert.Throws<DataException>(() => EmojiDataset.Prepare(Options with { Seed = 1 }, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("seed 2013", error.Message, StringComparison.Ordinal);
        Assert.Contains("seed 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_it_goes_on_with_what_is_drawn()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new Progress { At = 10, Do = stop.Cancel };
        Assert.Throws<OperationCanceledException>(() => EmojiDataset.Prepare(Options with { Threads = 1 }, interrupted, stop.Token));
        Assert.False(Directory.Exists(Options.OutputDirectory));
        var drawn = Directory.GetFiles(Options.OutputDirectory + ".partial", "*.png", SearchOption.AllDirectories);
        Assert.InRange(drawn.Length, 10, 41);
        File.WriteAllBytes(drawn[0], [1, 2, 3]);      // recognisable: kept, not drawn again

        var index = EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(42, Directory.GetFiles(Options.OutputDirectory, "*.png", SearchOption.AllDirectories).Length);
        Assert.False(Directory.Exists(Options.OutputDirectory + ".partial"));
        Assert.Single(index.Pictures, p => new FileInfo(Path.Combine(index.Directory, p.File)).Length == 3);
    }

    [Fact]
    public void Pictures_of_an_interrupted_run_with_other_options_are_dropped()
    {
        Directory.CreateDirectory(Options.OutputDirectory + ".partial");
        File.WriteAllText(Path.Combine(Options.OutputDirectory + ".partial", "old.png"), "x");
        EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken);
        Assert.False(File.Exists(Path.Combine(Options.OutputDirectory, "old.png")));
    }

    [Fact]
    public void A_folder_with_something_else_is_left_alone()
    {
        var mine = _folder.Write("emoji/mine.txt", "precious");
        var error = Assert.Throws<DataException>(() => EmojiDataset.Prepare(Options, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("no emoji data set", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(mine));
    }

    [Fact]
    public void Options_that_leave_nothing_are_refused()
    {
        Assert.Contains("3 classes", Error(Options with { TargetClasses = 3 }), StringComparison.Ordinal);
        Assert.Contains("0 classes", Error(Options with { MinimumSymbols = 4 }), StringComparison.Ordinal);
        Assert.Contains("'picasso'", Error(Options with { HeldOutArtist = "picasso" }), StringComparison.Ordinal);
        Assert.Contains("Side is 4", Error(Options with { Side = 4 }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Face with Tears of Joy", "face-with-tears-of-joy")]
    [InlineData("piñata", "pinata")]
    [InlineData("woman’s hat", "womans-hat")]
    [InlineData("keycap: #", "keycap")]
    [InlineData("Trinidad & Tobago", "trinidad-and-tobago")]
    [InlineData("“acceptable” button", "acceptable-button")]
    public void Labels_become_the_names_that_icon_sets_use(string label, string name) => Assert.Equal(name, EmojiSymbol.Slug(label));

    private static string Error(EmojiDatasetOptions options) => Assert.Throws<DataException>(() => EmojiDataset.Prepare(options)).Message;

    private sealed class Progress : IProgress<(int Done, int Total)>
    {
        private readonly Lock _lock = new();

        public (int Done, int Total)? First { get; private set; }

        public int Most { get; private set; }

        public int At { get; init; } = -1;

        public Action? Do { get; init; }

        public void Report((int Done, int Total) value)
        {
            lock (_lock)
            {
                First ??= value;
                Most = Math.Max(Most, value.Done);
            }

            if (value.Done == At)
                Do?.Invoke();
        }
    }
}
