using MlNetConvVis.Explorer;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Browser;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Explorer;

/// <summary>The explorer's page in a real browser, on networks whose values can be worked out by hand.</summary>
public sealed class ExplorerPageTests : IDisposable
{
    private const string Quiet = "document.documentElement.dataset.ready && document.documentElement.dataset.working === '0'";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_map_shows_its_projection_its_strongest_photos_and_its_activity()
    {
        await using var server = await Serve();
        await using var page = await Open(server);
        Assert.Equal(3, await Number(page, "document.querySelectorAll('#photos button').length"));
        Assert.Equal("block/same,block/relu,block/pool,mean,prob", await page.Text("[...document.querySelectorAll('.layers button')].map(b => b.firstChild.data).join()"));
        await Layer(page, "block/relu");
        Assert.Equal(3, await Number(page, "document.querySelectorAll('.maps button').length"));
        Assert.Equal("Map 1, strongest 133", await page.Text("document.querySelector('.maps button[data-map=\"1\"]').getAttribute('aria-label')"));

        await page.Mouse(".maps button[data-map='1']");
        await Settled(page);
        Assert.Equal("block/relu, map 1, row 3, column 3: 133", await Unit(page));
        await page.Until("document.querySelector('.projection').naturalWidth === 1 && document.querySelector('.whole').naturalWidth === 4");
        Assert.Equal("153 143 133", await page.Text("[...document.querySelectorAll('.strongest small')].map(e => e.textContent).join(' ')"));

        await page.Mouse(".activity", 3 / 8.0, 5 / 8.0);      // column 1, row 2 of four
        await Settled(page);
        Assert.Equal("block/relu, map 1, row 2, column 1: 121", await Unit(page));
        Assert.Contains("row 2, column 1 has 121", await page.Text("document.querySelector('.activity').getAttribute('aria-label')"), StringComparison.Ordinal);
        Assert.Equal("25%", await page.Text("document.querySelector('.field').style.left"));

        await page.Mouse(".strongest button");
        await Settled(page);
        Assert.Equal("c.png", await page.Text("document.querySelector('.name').textContent"));
        Assert.Equal("block/relu, map 1, row 3, column 3: 153", await Unit(page));
        await NoneBroken(page);
    }

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        await using var server = await Serve();
        await using var page = await Open(server);
        await Layer(page, "block/relu");
        await page.Press("ArrowRight");
        await Settled(page);
        Assert.Equal("b.png", await page.Text("document.querySelector('.name').textContent"));
        await page.Press("]");
        await Settled(page);
        Assert.Equal("block/pool", await page.Text("document.querySelector('.layers [aria-selected=true]').firstChild.data"));
        await page.Evaluate("document.querySelector('.maps [tabindex=\"0\"]').focus()");
        await page.Press("Home");
        await page.Press("ArrowRight");
        await page.Press("Enter");
        await Settled(page);
        Assert.StartsWith("block/pool, map 1, row 1, column 1: 143", await Unit(page), StringComparison.Ordinal);
        await page.Evaluate("document.querySelector('.activity').focus()");
        await page.Press("ArrowUp");
        await Settled(page);
        Assert.StartsWith("block/pool, map 1, row 0, column 1: 123", await Unit(page), StringComparison.Ordinal);
        await page.Press("r");
        await Settled(page);
        Assert.Equal("guided", await page.Text("document.getElementById('rule').value"));
        await page.Press("?");
        await page.Until("document.getElementById('help').open");
        await page.Press("Escape");
        await page.Press("t");
        Assert.Contains(await page.Text("document.documentElement.dataset.theme"), new[] { "dark", "light" });
        await NoneBroken(page);
    }

    [Fact]
    public async Task The_occluder_moves_and_probabilities_with_it()
    {
        await using var server = await Serve();
        await using var page = await Open(server);
        Assert.StartsWith("blue", await page.Text("document.querySelector('.label').textContent"), StringComparison.Ordinal);
        await page.Evaluate("document.body.focus()");
        await page.Press("o");
        await Settled(page);
        Assert.Contains("Most probable is blue", await page.Text("document.querySelector('.labels p').textContent"), StringComparison.Ordinal);
        var before = await page.Text("document.querySelector('.occluder').style.left");
        await page.Press("ArrowLeft");
        await Settled(page);
        var moved = await page.Text("document.querySelector('.occluder').style.left");
        Assert.NotEqual(before, moved);
        await page.Press("+");
        await Settled(page);
        Assert.Equal("50%", await page.Text("document.querySelector('.occluder').style.width"));
        await page.Mouse(".occluder", by: (150, 90));
        await Settled(page);
        Assert.NotEqual(moved, await page.Text("document.querySelector('.occluder').style.left"));
        await NoneBroken(page);
    }

    [Fact]
    public async Task Photos_are_dropped_in_and_a_broken_one_is_named()
    {
        await using var server = await Serve();
        await using var page = await Open(server);
        const string Drop = """
            (async () => {
              const content = BROKEN ? new Uint8Array([1, 2, 3]) : await (await fetch('/api/picture?photo=1')).arrayBuffer(), data = new DataTransfer();
              data.items.add(new File([content], 'späte <b>.png', { type: 'image/png' }));
              document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            })()
            """;
        await page.Evaluate(Drop.Replace("BROKEN", "false", StringComparison.Ordinal));
        await page.Until("document.querySelector('.name').textContent === 'späte <b>.png'");
        await Settled(page);
        Assert.Equal(4, await Number(page, "document.querySelectorAll('#photos button').length"));
        await page.Until("[...document.querySelectorAll('#photos img')].every(i => i.naturalWidth === 4)");
        Assert.Empty(page.Complaints);
        await page.Evaluate(Drop.Replace("BROKEN", "true", StringComparison.Ordinal));
        await page.Until("document.getElementById('status').classList.contains('bad')");
        Assert.Contains("späte <b>.png", await page.Text("document.getElementById('status').textContent"), StringComparison.Ordinal);
        Assert.Equal(4, await Number(page, "document.querySelectorAll('#photos button').length"));
    }

    [Fact]
    public async Task Two_networks_are_looked_at_side_by_side()
    {
        TinyModel.WriteNegative(_folder, "negative.onnx");
        await using var server = await Serve("negative.onnx");
        await using var page = await Open(server);
        await Layer(page, "block/relu");
        await page.Mouse("#beside");
        await page.Until("document.querySelectorAll('.pane').length === 2");
        await Settled(page);
        Assert.Equal("0,1", await page.Text("[...document.querySelectorAll('.model')].map(m => m.value).join()"));
        Assert.Equal(3, await Number(page, "document.querySelectorAll('.pane:nth-child(2) .maps .still').length"));      // no map of it is ever active
        await page.Mouse("#photos button[data-photo='2']");
        await Settled(page);
        Assert.Equal("a.png,c.png", await page.Text("[...document.querySelectorAll('.name')].map(n => n.textContent).join()"));
        await page.Press("b");
        await page.Until("document.querySelectorAll('.pane').length === 1");
        await NoneBroken(page);
    }

    [Fact]
    public async Task Parts_are_marked_and_saved_as_correspond_takes_them()
    {
        await using var server = await Serve();
        await using var page = await Open(server);
        await page.Evaluate("URL.createObjectURL = b => { b.text().then(t => window.saved = t); return 'data:,'; }");
        await page.Mouse(".marking");
        await page.Mouse(".photo", 1 / 8.0, 1 / 8.0, by: (150, 70));      // a pixel of the network is 80 wide
        await page.Until("document.getElementById('status').textContent.startsWith('Name the part')");
        await Name(page, "corner");
        await page.Mouse(".photo", 1 / 8.0, 1 / 8.0, by: (150, 70));
        Assert.StartsWith("corner at row 0, column 0, 1 x 2 pixels", await page.Text("document.querySelector('.mark').getAttribute('aria-label')"), StringComparison.Ordinal);
        await page.Mouse(".save");
        await page.Until("document.getElementById('status').textContent === 'Mark parts in two photos or more.'");
        await page.Mouse("#photos button[data-photo='1']");
        await Settled(page);
        Assert.Equal(0, await Number(page, "document.querySelectorAll('.mark').length"));

        await page.Mouse(".add");      // one pixel near the middle, which keys move and enlarge
        await page.Press("ArrowUp");
        await page.Press("ArrowLeft");
        await page.Mouse(".add");
        await page.Press("Delete");
        await page.Mouse(".save");
        await page.Until("window.saved");
        var file = _folder.Write("parts.json", (await page.Text("window.saved"))!);
        var parts = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("parts");
        Assert.Equal("[0,0,2,1]", Compact(parts.GetProperty("corner").GetProperty("a.png")));
        Assert.Equal("[0,0,1,1]", Compact(parts.GetProperty("corner").GetProperty("b.png")));
        Assert.Contains("parts.json", await page.Text("document.getElementById('status').textContent"), StringComparison.Ordinal);
        var run = CommandLineRun.Of(
            "correspond", "--model", Path.Combine(_folder.Path, "tiny.onnx"), "--masks", file, "--layers", "block/relu", "--out", Path.Combine(_folder.Path, "o"));
        Assert.True(run.Code == 0, run.Error);
        await NoneBroken(page);
    }

    private static string Compact(System.Text.Json.JsonElement list) => string.Concat(list.GetRawText().Where(static c => !char.IsWhiteSpace(c)));

    private static Task Name(Chromium page, string part) => page.Evaluate(
        $"(i => {{ i.value = '{part}'; i.dispatchEvent(new Event('input')); }})(document.querySelector('.part'))");

    private async Task<ExplorerServer> Serve(string? other = null)
    {
        var net = TinyModel.Write(_folder);
        foreach (var (name, offset) in new[] { ("a.png", 0), ("b.png", 10), ("c.png", 20) }) TinyModel.WritePhoto(_folder, name, offset);
        string[] files = [net, .. other is null ? Array.Empty<string>() : [Path.Combine(_folder.Path, other)]];
        return await ExplorerServer.Start(
            [.. files.Select(static f => ConvNet.Load(f))], ImageSource.Files(new[] { "a.png", "b.png", "c.png" }.Select(n => Path.Combine(_folder.Path, n))),
            new ExplorerOptions { Session = new SessionSettings { Device = Device.Cpu } }, cancellation: TestContext.Current.CancellationToken);
    }

    private static async Task<Chromium> Open(ExplorerServer server)
    {
        var page = await Chromium.Start();
        page.Site = server.Address.ToString();
        await page.Open(page.Site, Quiet);
        return page;
    }

    private static async Task Layer(Chromium page, string name)
    {
        await page.Evaluate($"[...document.querySelectorAll('.layers button')].find(b => b.firstChild.data === '{name}').click()");
        await Settled(page);
    }

    private static Task Settled(Chromium page) => page.Until(Quiet);

    private static Task<string?> Unit(Chromium page) => page.Text("document.querySelector('.unit').textContent");

    private static async Task<int> Number(Chromium page, string expression) => (await page.Evaluate(expression)).GetInt32();

    private static async Task NoneBroken(Chromium page)
    {
        await page.Until("[...document.images].filter(i => i.getAttribute('src') && i.offsetParent).every(i => i.complete && i.naturalWidth > 0)");
        Assert.Equal(0, await Number(page, "[...document.images].filter(i => !i.hasAttribute('alt')).length"));
        Assert.Empty(page.Complaints);
    }
}
