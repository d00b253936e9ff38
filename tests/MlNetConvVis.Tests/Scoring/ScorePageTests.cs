using MlNetConvVis.Data;
using MlNetConvVis.Scoring;
using MlNetConvVis.Tests.Browser;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Scoring;

/// <summary>The page, in a real browser, from disk.</summary>
public sealed class ScorePageTests : IDisposable
{
    private const int Many = 100_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hundred_thousand_rows_are_searched_filtered_sorted_and_paged()
    {
        WriteRows(Many);
        await using var page = await Chromium.Start();
        await Open(page);
        Assert.Equal("1 to 50 of 100,000 rows", await Count(page));
        Assert.Equal("0", await FirstRow(page));
        Assert.Contains("100,000 photos · 100 could not be read", await page.Text("document.getElementById('about').textContent"), StringComparison.Ordinal);

        await Set(page, "o", "least");
        Assert.Equal(Expected(static r => r.OrderBy(static x => Math.Round(Confidence(x) * 1e6))), await FirstRow(page));
        await Set(page, "c", "7");
        var sevens = Enumerable.Range(0, Many).Where(static r => !IsBroken(r) && r % 20 == 7).ToArray();
        Assert.Equal(FormattableString.Invariant($"1 to 50 of {sevens.Length:N0} rows"), await Count(page));
        await Set(page, "from", "90");
        Assert.Equal(FormattableString.Invariant($"1 to 50 of {sevens.Count(static r => Math.Round(Confidence(r) * 1e6) >= 900_000):N0} rows"), await Count(page));
        await page.Evaluate("document.getElementById('reset').click()");

        await page.Evaluate("document.getElementById('q').value = 'PHOTO-0424', document.getElementById('filters').requestSubmit()");
        Assert.Equal("1 to 10 of 10 rows", await Count(page));
        Assert.Equal("4240", await FirstRow(page));
        await page.Evaluate("document.getElementById('reset').click()");
        await Set(page, "s", "broken");
        Assert.Equal("1 to 50 of 100 rows", await Count(page));
        await page.Until("document.querySelector('.row .labels').textContent.includes('cannot be decoded')");
        await page.Evaluate("document.getElementById('reset').click()");

        await page.Evaluate("(f => { f.value = 2000; f.dispatchEvent(new Event('change')); })(document.querySelector('#pager input'))");
        Assert.Equal("99,951 to 100,000 of 100,000 rows", await Count(page));
        Assert.Equal("99950", await FirstRow(page));
        await page.Until("document.querySelectorAll('.row .labels .label').length === 98");      // two labels a row; the last photo could not be read
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task It_can_be_used_by_keyboard_and_keeps_its_place_in_the_address()
    {
        WriteRows(300);
        await using var page = await Chromium.Start();
        await Open(page);
        await page.Press("ArrowRight");
        Assert.Equal("51 to 100 of 300 rows", await Count(page));
        await page.Press("j");
        await page.Press("j");
        await page.Press("Enter");
        await page.Until("document.getElementById('detail').open");
        Assert.Equal("photos/photo-00051.jpg", await page.Text("document.querySelector('#detail h2').textContent"));
        await page.Press("ArrowRight");
        Assert.Equal("photos/photo-00052.jpg", await page.Text("document.querySelector('#detail h2').textContent"));
        await page.Press("Escape");
        await page.Until("!document.getElementById('detail').open");
        await page.Press("/");
        Assert.Equal("q", await page.Text("document.activeElement.id"));
        await page.Press("Escape");
        await page.Press("v");
        Assert.Equal("gallery", await page.Text("document.getElementById('list').className"));
        await page.Press("t");
        Assert.Contains(await page.Text("document.documentElement.dataset.theme"), new[] { "dark", "light" });
        var address = await page.Text("location.href");
        Assert.EndsWith("#page=2&view=gallery", address, StringComparison.Ordinal);
        await page.Open("about:blank", "location.href === 'about:blank'");
        await page.Open(address!, "document.documentElement.dataset.ready");
        Assert.Equal("51 to 100 of 300 rows", await Count(page));
    }

    [Fact]
    public async Task Photos_and_pictures_of_a_real_run_are_shown()
    {
        TinyModel.Write(_folder);
        foreach (var name in new[] { "a b.png", "ä&#1.png", "c<b>.png" }) TinyModel.WritePhoto(_folder, $"photos/{name}");
        CommandLineRun.Of(
                "score", "--device", "cpu", "--model", In("tiny.onnx"), "--images", In("photos"), "--out", In("out"), "--visualize", "block/relu", "--pictures", "least:2")
            .AssertSucceeded();
        await using var page = await Chromium.Start();
        await page.Open(new Uri(In("out/index.html")).AbsoluteUri, "document.documentElement.dataset.ready");
        await page.Until("document.images.length === 3 && [...document.images].every(i => i.complete && i.naturalWidth > 0)");
        Assert.Equal(2, (await page.Evaluate("document.querySelectorAll('img.pair').length")).GetInt32());
        await page.Evaluate("document.querySelector('.row').click()");
        await page.Until("document.querySelector('#detail img')?.naturalWidth === 324");
        Assert.Contains("map 2, row 3, column 3", await page.Text("document.querySelector('#detail figcaption').textContent"), StringComparison.Ordinal);
        Assert.Empty(page.Complaints);
    }

    /// <summary>Longer lists than a page can hold are thinned evenly, and the page says so.</summary>
    [Fact]
    public void Of_a_list_that_is_too_long_every_kth_row_is_shown()
    {
        using var folder = ScoreFolder.Open(In("out"), Job(1000));
        var page = new MlNetConvVis.Scoring.Page.ScorePage(folder, mostRows: 300);
        foreach (var row in Rows(1000)) page.Add(row);
        page.Complete(new ScoreSummary(1000, 1, 0, null, ""));
        Assert.Contains("\"shown\":250", File.ReadAllText(In("out/data/about.js")), StringComparison.Ordinal);
        Assert.StartsWith("scores.keys(0)({\"n\":[0,4,8,", File.ReadAllText(In("out/data/keys-00000.js")), StringComparison.Ordinal);
    }

    private async Task Open(Chromium page) => await page.Open(new Uri(In("out/index.html")).AbsoluteUri, "document.documentElement.dataset.ready");

    private static async Task<string?> Count(Chromium page) => await page.Text("document.getElementById('count').textContent");

    private static async Task<string?> FirstRow(Chromium page) => await page.Text("document.querySelector('.row').dataset.row");

    private static async Task Set(Chromium page, string control, string value) =>
        await page.Evaluate($"(e => {{ e.value = '{value}'; e.dispatchEvent(new Event('change')); }})(document.getElementById('{control}'))");

    private static string Expected(Func<IEnumerable<int>, IOrderedEnumerable<int>> order) =>
        order(Enumerable.Range(0, Many).Where(static r => !IsBroken(r))).ThenBy(static r => r).First().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void WriteRows(int count)
    {
        using var folder = ScoreFolder.Open(In("out"), Job(count));
        for (var part = 0; part < folder.Parts; part++)
        {
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            var (first, rows) = folder.RowsOf(part);
            foreach (var row in Rows(count).Skip(first).Take(rows)) row.WriteJson(buffer);
            folder.WritePart(part, buffer.WrittenMemory);
        }

        folder.Finish(ScoreFiles.Write(folder, folder.ReadRows(), new Dictionary<int, string>()));
    }

    private static IEnumerable<ScoredRow> Rows(int count) => Enumerable.Range(0, count).Select(static r => IsBroken(r)
        ? new ScoredRow(r, Name(r), null, [], $"Image '{Name(r)}' cannot be decoded.")
        : new ScoredRow(r, Name(r), null, [new ScoredLabel(r % 20, $"class {r % 20}", Confidence(r)), new ScoredLabel((r + 1) % 20, $"class {(r + 1) % 20}", 0.01)]));

    private static string Name(int row) => FormattableString.Invariant($"photos/photo-{row:00000}.jpg");

    private static bool IsBroken(int row) => row % 1000 == 999;

    private static double Confidence(int row) => 0.05 + (0.95 * (new SplitMix64((ulong)row).Next() >> 40) / (1 << 24));

    private ScoreJob Job(int images) => new()
    {
        Format = 1, Model = "00", ModelFile = "net.onnx", Preprocessing = "", Classes = "none", ImagesPath = "/photos", PhotosAt = "", List = "00", Images = images,
        TopLabels = 2, PartRows = 10_000, Provider = "CPUExecutionProvider", Pictures = "none", Choice = "", Layer = "", Shard = 1, Shards = 1,
    };

    private string In(string name) => Path.Combine(_folder.Path, name);
}
