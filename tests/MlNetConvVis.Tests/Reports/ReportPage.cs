using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Tests.Reports;

/// <summary>A written report, read back as a tree; reading fails when an element is not closed or a text not escaped.</summary>
internal static partial class ReportPage
{
    public static XElement Read(Report report)
    {
        var markup = StyleAndScript().Replace(report.ToHtml(), "");
        return XElement.Parse(VoidElement().Replace(markup["<!DOCTYPE html>".Length..], "<$1$2/>"));
    }

    public static XElement Read(params ReportBlock[] blocks) => Read(Of(blocks));

    public static Report Of(params ReportBlock[] blocks) => new() { Title = "Title", Sections = [new ReportSection("Section", blocks)] };

    public static IEnumerable<XElement> WithClass(this XElement page, string name) =>
        page.Descendants().Where(element => element.Attribute("class")?.Value.Split(' ').Contains(name) == true);

    [GeneratedRegex("<(style|script)>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex StyleAndScript();

    [GeneratedRegex("<(meta|img)([^>]*)>")]
    private static partial Regex VoidElement();
}
