using System.Globalization;

namespace MlNetConvVis.Reports.Page;

/// <summary>Writes HTML and SVG. Names of elements and attributes are ours; every text and value is escaped, there is no other way in.</summary>
internal sealed class HtmlWriter(TextWriter output)
{
    private readonly Stack<string> _open = new();
    private int _ids;

    /// <summary>Gets an id no other element of the page has.</summary>
    public string NewId() => "i" + (++_ids).ToString(CultureInfo.InvariantCulture);

    /// <summary>Opens an element; dispose the answer to close it. Attributes whose value is null are left out.</summary>
    public OpenElement Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        _open.Push(name);
        return new OpenElement(this);
    }

    /// <summary>Writes an element that holds text alone.</summary>
    public void Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        Text(text);
        End(name);
    }

    /// <summary>Writes an element that has no end tag in HTML (img, meta, br).</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string? Value)> attributes) => Start(name, attributes);

    /// <summary>Writes an SVG shape.</summary>
    public void Shape(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        End(name);
    }

    public void Text(string text) => Escape(text);

    /// <summary>Writes text of this package as it is: the document type, style and script.</summary>
    public void Trusted(string markup) => output.Write(markup);

    public void NewLine() => output.Write('\n');

    /// <summary>Gets a number for an attribute, at most two decimals.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private void Start(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        output.Write('<');
        output.Write(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is null) continue;
            output.Write(' ');
            output.Write(attribute);
            output.Write("=\"");
            Escape(value);
            output.Write('"');
        }
        output.Write('>');
    }

    private void End(string name)
    {
        output.Write("</");
        output.Write(name);
        output.Write('>');
    }

    private void Escape(string text)
    {
        foreach (var character in text)
        {
            switch (character)
            {
                case '&': output.Write("&amp;"); break;
                case '<': output.Write("&lt;"); break;
                case '>': output.Write("&gt;"); break;
                case '"': output.Write("&quot;"); break;
                case '\'': output.Write("&#39;"); break;
                // control characters are not allowed in HTML, not even escaped
                case < ' ' and not ('\n' or '\t'): output.Write('\uFFFD'); break;
                default: output.Write(character); break;
            }
        }
    }

    /// <summary>An element that is open until disposed.</summary>
    public readonly ref struct OpenElement(HtmlWriter writer)
    {
        public void Dispose() => writer.End(writer._open.Pop());
    }
}
