using System.Text;

namespace MlNetConvVis.Data;

/// <summary>A table of comma-separated text as RFC 4180 has it: the first line names the columns; quotes stand around what holds commas, quotes or line
/// ends. Where the first line has semicolons and no comma, as spreadsheets of many countries save it, semicolons separate.</summary>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">The rows, each as long as <paramref name="Columns"/>.</param>
public sealed record CsvTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The table; empty lines are left out.</returns>
    /// <exception cref="DataException">The file cannot be read, has no line, or a row of another length.</exception>
    public static CsvTable Read(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"Table '{file}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist." : e.Message)}", e);
        }

        var lines = Lines(text, file).Where(static l => l.Cells is not [""]).ToArray();
        if (lines.Length == 0) throw new DataException($"Table '{file}' is empty; a first line with the columns' names was wanted.");
        var columns = lines[0].Cells;
        foreach (var (number, cells) in lines.Where(l => l.Cells.Count != columns.Count))
        {
            throw new DataException(
                $"Table '{file}', line {number}: {cells.Count} cells came, but the first line names {columns.Count} columns ({string.Join(", ", columns)}).");
        }

        return new CsvTable(columns, [.. lines.Skip(1).Select(static l => (IReadOnlyList<string>)l.Cells)]);
    }

    /// <summary>Writes a cell, in quotes where it needs them: also around blanks at its ends, which many readers cut off.</summary>
    /// <param name="text">The cell's text.</param>
    /// <returns>What stands in the file.</returns>
    public static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny(",\"\r\n") || text.AsSpan().Trim().Length < text.Length ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static IEnumerable<(int Number, List<string> Cells)> Lines(string text, string file)
    {
        var head = text.AsSpan(0, text.IndexOf('\n') is >= 0 and var end ? end : text.Length);
        var separator = head.Contains(';') && !head.Contains(',') ? ';' : ',';
        var (cells, cell, quoted, wasQuoted, number, first) = (new List<string>(), new StringBuilder(), false, false, 1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') number++;
            switch (c)
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    cell.Append(text[++i]);
                    break;
                case '"':
                    (quoted, wasQuoted) = (!quoted, true);
                    break;
                case var _ when c == separator && !quoted:
                    cells.Add(Taken());
                    break;
                case '\n' when !quoted:
                    cells.Add(Taken());
                    yield return (first, cells);
                    (cells, first) = ([], number);
                    break;
                case var _ when wasQuoted && !quoted && char.IsWhiteSpace(c):
                    break;
                default:
                    cell.Append(c);      // a carriage return before the line's end is cut off with blanks
                    break;
            }
        }

        if (quoted) throw new DataException($"Table '{file}', line {first}: a quote is opened and not closed.");
        cells.Add(Taken());
        yield return (first, cells);

        string Taken()
        {
            var taken = wasQuoted ? cell.ToString() : cell.ToString().Trim();
            cell.Clear();
            wasQuoted = false;
            return taken;
        }
    }
}
