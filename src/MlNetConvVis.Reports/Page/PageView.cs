using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MlNetConvVis.Reports.Page;

/// <summary>Writes the page round the blocks.</summary>
internal static class PageView
{
    private static readonly string s_style = Resource("report.css");
    private static readonly string s_script = Resource("report.js");

    // nothing is loaded from anywhere, and no script runs but ours
    private static readonly string s_policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
        $"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s_script)))}'";

    public static void Write(HtmlWriter html, Report report)
    {
        html.Trusted("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", report.Language)))
        {
            Head(html, report);
            html.NewLine();
            using (html.Open("body"))
            {
                Header(html, report);
                using (html.Open("main"))
                {
                    for (var i = 0; i < report.Sections.Count; i++) Section(html, report.Sections[i], i + 1);
                }
                Foot(html, report.Foot);
                html.Shape("div", ("id", "tip"), ("role", "status"), ("hidden", ""));
                using (html.Open("script")) html.Trusted(s_script);
            }
        }
        html.NewLine();
    }

    private static void Head(HtmlWriter html, Report report)
    {
        using (html.Open("head"))
        {
            html.Void("meta", ("charset", "utf-8"));
            html.Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", s_policy));
            html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
            html.Element("title", report.Title);
            using (html.Open("style")) html.Trusted(s_style);
        }
    }

    private static void Header(HtmlWriter html, Report report)
    {
        using (html.Open("header"))
        {
            html.Element("h1", report.Title);
            if (report.Subtitle is { } subtitle) html.Element("p", subtitle, ("class", "subtitle"));
            if (report.KeyNumbers.Count > 0) KeyNumbers(html, report.KeyNumbers);
            if (report.Sections.Count > 1) Contents(html, report.Sections);
        }
    }

    private static void KeyNumbers(HtmlWriter html, IReadOnlyList<KeyNumber> numbers)
    {
        using (html.Open("dl", ("class", "key")))
        {
            foreach (var number in numbers)
            {
                using (html.Open("div"))
                {
                    html.Element("dt", number.Label);
                    html.Element("dd", number.Value, ("class", "value"));
                    if (number.Note is { } note) html.Element("dd", note, ("class", "note"));
                }
            }
        }
    }

    private static void Contents(HtmlWriter html, IReadOnlyList<ReportSection> sections)
    {
        using (html.Open("nav", ("aria-label", "Contents")))
        using (html.Open("ol"))
        {
            for (var i = 0; i < sections.Count; i++)
            {
                using (html.Open("li")) html.Element("a", sections[i].Title, ("href", "#" + SectionId(i + 1)));
            }
        }
    }

    private static void Section(HtmlWriter html, ReportSection section, int number)
    {
        html.NewLine();
        using (html.Open("section", ("id", SectionId(number)), ("aria-labelledby", SectionId(number) + "h")))
        {
            html.Element("h2", section.Title, ("id", SectionId(number) + "h"));
            if (section.Lead is { } lead) html.Element("p", lead, ("class", "lead"));
            foreach (var block in section.Blocks)
            {
                html.NewLine();
                block.Write(html);
            }
        }
    }

    private static void Foot(HtmlWriter html, ReportFoot foot)
    {
        if (foot.Facts.Count == 0 && foot.Created is null) return;
        html.NewLine();
        using (html.Open("footer"))
        using (html.Open("dl"))
        {
            foreach (var fact in foot.Facts) Fact(html, fact.Name, fact.Value);
            if (foot.Created is { } created) Fact(html, "made", created.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
        }
    }

    private static void Fact(HtmlWriter html, string name, string value)
    {
        using (html.Open("div"))
        {
            html.Element("dt", name);
            html.Element("dd", value);
        }
    }

    private static string SectionId(int number) => "s" + number.ToString(CultureInfo.InvariantCulture);

    private static string Resource(string name)
    {
        using var stream = typeof(PageView).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
