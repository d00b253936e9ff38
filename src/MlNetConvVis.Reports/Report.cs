using MlNetConvVis.Reports.Page;

namespace MlNetConvVis.Reports;

/// <summary>A report: what was found, as text, numbers, tables, charts and pictures. Becomes one HTML file that needs nothing else.</summary>
/// <remarks>Everything is given as plain text and plain data and escaped when written; the page makes no request of any kind.
/// Equal reports give equal pages: the only time in it is <see cref="ReportFoot.Created"/>.</remarks>
public sealed record Report
{
    /// <summary>Gets the title, also that of the browser's window.</summary>
    public required string Title { get; init; }

    /// <summary>Gets one or two sentences below the title.</summary>
    public string? Subtitle { get; init; }

    /// <summary>Gets the few numbers a reader should take away, shown large below the title.</summary>
    public IReadOnlyList<KeyNumber> KeyNumbers { get; init; } = [];

    /// <summary>Gets the sections, in order.</summary>
    public required IReadOnlyList<ReportSection> Sections { get; init; }

    /// <summary>Gets how the report came about.</summary>
    public ReportFoot Foot { get; init; } = new();

    /// <summary>Gets the language of the texts, as in HTML's lang attribute.</summary>
    /// <value>The default is "en".</value>
    public string Language { get; init; } = "en";

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to; left open.</param>
    /// <exception cref="ArgumentException">A block holds data that cannot be shown.</exception>
    public void WriteHtml(TextWriter output) => PageView.Write(new HtmlWriter(output), this);

    /// <summary>Gets the page as text.</summary>
    /// <exception cref="ArgumentException">A block holds data that cannot be shown.</exception>
    public string ToHtml()
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        WriteHtml(text);
        return text.ToString();
    }

    /// <summary>Writes the page to a file, as UTF-8. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ArgumentException">A block holds data that cannot be shown.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        var unfinished = path + ".part";
        using (var file = new StreamWriter(unfinished, append: false) { NewLine = "\n" }) WriteHtml(file);
        File.Move(unfinished, path, overwrite: true);
    }
}

/// <summary>A number a reader should take away.</summary>
/// <param name="Label">What it is, in a few words.</param>
/// <param name="Value">The number with its unit, as it should stand there.</param>
/// <param name="Note">What it is compared with, or how sure it is.</param>
public sealed record KeyNumber(string Label, string Value, string? Note = null);

/// <summary>A section of a report.</summary>
/// <param name="Title">Its heading, also its entry in the contents.</param>
/// <param name="Blocks">What stands in it, in order.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks)
{
    /// <summary>Gets one or two sentences below the heading.</summary>
    public string? Lead { get; init; }
}

/// <summary>How a report came about.</summary>
public sealed record ReportFoot
{
    /// <summary>Gets facts such as command, versions, seeds and hashes, in order.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>Gets when the report was made, or null to leave it out.</summary>
    public DateTimeOffset? Created { get; init; }
}

/// <summary>A fact in a report's foot.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value; shown in a typewriter face.</param>
public sealed record ReportFact(string Name, string Value);
