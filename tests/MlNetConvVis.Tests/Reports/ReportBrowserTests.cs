using MlNetConvVis.Tests.Browser;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Reports;

/// <summary>Reports in a real browser, from disk.</summary>
public sealed class ReportBrowserTests : IDisposable
{
    private const string NoImageIsBroken =
        "[...document.images].every(i => { i.loading = 'eager'; return i.complete && i.naturalWidth > 0; })";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_kind_of_block_is_there_and_answers()
    {
        var file = Path.Combine(_folder.Path, "report.html");
        DemoReport.Make().Save(file);
        await using var page = await Chromium.Start();
        await Open(page, file);
        Assert.True((await page.Evaluate("document.images.length")).GetInt32() > 100);
        Assert.True((await page.Evaluate("document.querySelectorAll('figure svg').length")).GetInt32() >= 2);

        // values on hover, as in the table below the chart
        var tip = await page.Text("(t => { const b = t.getBoundingClientRect(); t.dispatchEvent(new PointerEvent('pointermove', " +
            "{ bubbles: true, clientX: b.x, clientY: b.y })); return document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent; })" +
            "(document.querySelector('figure svg [data-tip]'))");
        Assert.Matches(@"\d", tip!);

        // a numeric column sorts by value, downwards first
        const string column = "[...document.querySelector('table.sortable').tBodies[0].rows].map(r => Number(r.cells[1].dataset.v)).filter(v => !Number.isNaN(v)).join(',')";
        await page.Evaluate("document.querySelector('table.sortable th.n button').click()");
        AssertSorted((await page.Text(column))!, -1);
        await page.Evaluate("document.querySelector('table.sortable th.n button').click()");
        AssertSorted((await page.Text(column))!, 1);

        await page.Evaluate("document.querySelector('button.copy').click()");
        await page.Until("document.querySelector('button.copy').textContent === 'Copied'");
        var foot = await page.Text("document.querySelector('footer').textContent");
        Assert.All(new[] { "./convvis run", "ONNX Runtime 1.29.0", "training 7", "sha256:9f2c" }, part => Assert.Contains(part, foot, StringComparison.Ordinal));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_report_of_visualize_shows_its_pictures_with_their_numbers()
    {
        for (var i = 0; i < 3; i++) TinyModel.WritePhoto(_folder, $"photos/{i}.png", offset: i);
        var folder = Path.Combine(_folder.Path, "v");
        var found = CommandLineRun.Of(
            "visualize", "--model", TinyModel.Write(_folder), "--images", Path.Combine(_folder.Path, "photos"), "--layers", "block/pool", "--out", folder, "--json").AssertJson();
        await using var page = await Chromium.Start();
        await Open(page, found.GetProperty("report").GetString()!);
        Assert.Equal(1 + (3 * 2 * 3), (await page.Evaluate("document.images.length")).GetInt32());      // the filters; three maps of three projections and patches
        Assert.Equal("2.png: 35.000 at (1, 1)", await page.Text("document.querySelector('.nine img').dataset.tip"));
        var foot = await page.Text("document.querySelector('footer').textContent");
        Assert.All(new[] { "convvis visualize", "SHA-256", "ONNX Runtime", "Seed" }, part => Assert.Contains(part, foot, StringComparison.Ordinal));
        Assert.Empty(page.Complaints);
    }

    private static async Task Open(Chromium page, string file)
    {
        await page.Open(new Uri(file).AbsoluteUri, "document.readyState === 'complete' && document.documentElement.classList.contains('js')");
        await page.Until(NoImageIsBroken);
    }

    private static void AssertSorted(string numbers, int sign)
    {
        double[] values = [.. numbers.Split(',').Select(static v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.True(values.Length > 1);
        Assert.Equal(values.Order(), sign > 0 ? values : values.Reverse());
    }
}
