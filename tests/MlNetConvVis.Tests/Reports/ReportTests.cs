using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Tests.Reports;

public class ReportTests
{
    private const string Hostile = "<script>alert('x')</script> & \"quoted\" \u0001";

    [Fact]
    public void Every_text_is_escaped()
    {
        var picture = new ReportPicture(TinyPng.Draw(1, 1, (_, _) => (0, 0, 0)), Hostile, Hostile);
        var page = ReportPage.Read(new Report
        {
            Title = Hostile,
            Subtitle = Hostile,
            Language = Hostile,
            KeyNumbers = [new(Hostile, Hostile, Hostile)],
            Sections =
            [
                new ReportSection(Hostile,
                [
                    new TextBlock(Hostile),
                    new ReportTable { Caption = Hostile, Columns = [new(Hostile)], Rows = [[Hostile]] },
                    new ConfusionMatrix { Caption = Hostile, ClassNames = [Hostile], Counts = [[1]] },
                    new LineChart { Caption = Hostile, X = new(Hostile), Y = new(Hostile), Series = [new(Hostile, [new(1, 2, 3)])] },
                    new PictureGrid { Caption = Hostile, Pictures = [picture] },
                    new FeatureMapGallery { Caption = Hostile, Maps = [new(Hostile, [picture], [picture]) { Note = Hostile }] },
                ]) { Lead = Hostile },
                new ReportSection(Hostile, []),
            ],
            Foot = new ReportFoot { Facts = [new(Hostile, Hostile)] },
        });
        var shown = Hostile.Replace('\u0001', '\uFFFD');
        Assert.DoesNotContain(page.Descendants(), element => element.Name == "script");
        Assert.Equal(shown, page.Descendants("title").Single().Value);
        // counted by hand: page 6, contents and sections 6, table 3, matrix 3, chart 3 and its values 4, pictures 4, foot 2;
        // alternatives 3, hover texts 3, names of scrolling regions 3, language 1
        var texts = page.Descendants().Count(element => !element.HasElements && element.Value == shown);
        var attributes = page.DescendantsAndSelf().Attributes().Count(attribute => attribute.Value == shown);
        Assert.Equal((31, 10), (texts, attributes));
    }

    [Fact]
    public void Page_asks_for_nothing_from_outside()
    {
        var html = DemoReport.Make().ToHtml();
        Assert.DoesNotMatch("(https?:)?//[a-z]", Regex.Replace(html, "data:image/png;base64,[A-Za-z0-9+/=]*", "", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.DoesNotMatch("<link|@import|url\\(|<iframe|fetch\\(", html);
        Assert.Contains("default-src &#39;none&#39;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_allows_exactly_the_script_on_the_page()
    {
        var html = DemoReport.Make().ToHtml();
        var script = Regex.Match(html, "<script>(.*?)</script>", RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Groups[1].Value;
        Assert.Contains($"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_reports_give_equal_pages()
    {
        Assert.Equal(DemoReport.Make().ToHtml(), DemoReport.Make().ToHtml());
        Assert.Contains("2025-01-02 03:04 +00:00", DemoReport.Make().ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_lead_to_every_section()
    {
        var page = ReportPage.Read(DemoReport.Make());
        var ids = page.Descendants("section").Select(section => "#" + section.Attribute("id")!.Value).ToArray();
        Assert.Equal(ids, page.Descendants("nav").Descendants("a").Select(link => link.Attribute("href")!.Value));
        Assert.Equal(4, ids.Distinct().Count());
        Assert.All(page.Descendants("section"), section =>
            Assert.Equal(section.Descendants("h2").Single().Attribute("id")!.Value, section.Attribute("aria-labelledby")!.Value));
    }

    [Fact]
    public void Every_picture_has_an_alternative_and_its_size()
    {
        var pictures = ReportPage.Read(DemoReport.Make()).Descendants("img").ToArray();
        Assert.Equal((9 * 18) + 32, pictures.Length);
        Assert.All(pictures, picture => Assert.NotEmpty(picture.Attribute("alt")!.Value));
        Assert.Equal("7", pictures[^1].Attribute("width")!.Value);
    }

    [Fact]
    public void Picture_keeps_its_bytes()
    {
        var png = TinyPng.Draw(3, 2, (x, y) => (x, y, 0));
        var picture = ReportPage.Read(new PictureGrid { Caption = "c", Pictures = [new(png, "a")] }).Descendants("img").Single();
        Assert.Equal("data:image/png;base64," + Convert.ToBase64String(png), picture.Attribute("src")!.Value);
        Assert.Equal(("3", "2"), (picture.Attribute("width")!.Value, picture.Attribute("height")!.Value));
    }

    [Fact]
    public void Bytes_that_are_no_png_are_refused() => Assert.Contains(
        "'cat' is not a PNG", Assert.Throws<ArgumentException>(() => new ReportPicture(new byte[40], "cat")).Message, StringComparison.Ordinal);

    [Fact]
    public void Projections_without_their_patches_are_refused() => Assert.Throws<ArgumentException>(() => ReportPage.Read(new FeatureMapGallery
    {
        Caption = "c", Maps = [new("map 1", [new(TinyPng.Draw(1, 1, (_, _) => (0, 0, 0)), "a")], [])],
    }));

    [Fact]
    public void Saved_page_is_the_page()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.html");
        DemoReport.Make().Save(path);
        DemoReport.Make().Save(path);
        Assert.Equal(DemoReport.Make().ToHtml(), File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
        // to look at it: name a file in CONVVIS_DEMO_REPORT and run this test
        if (Environment.GetEnvironmentVariable("CONVVIS_DEMO_REPORT") is { } wanted) File.Copy(path, wanted, overwrite: true);
    }
}
