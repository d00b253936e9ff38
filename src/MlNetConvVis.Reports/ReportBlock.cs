using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports;

/// <summary>Something that stands in a section: text, a table, a chart or pictures. The kinds are those of this package.</summary>
public abstract record ReportBlock
{
    private protected ReportBlock()
    {
    }

    /// <summary>Writes the block into the page.</summary>
    internal abstract void Write(HtmlWriter html);
}

/// <summary>Paragraphs of plain text.</summary>
/// <param name="Paragraphs">The paragraphs.</param>
public sealed record TextBlock(params IReadOnlyList<string> Paragraphs) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        foreach (var paragraph in Paragraphs) html.Element("p", paragraph);
    }
}
