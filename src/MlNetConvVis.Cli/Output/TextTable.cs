namespace MlNetConvVis.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsNumber">Whether it is set flush right.</param>
internal sealed record Column(string Title, bool IsNumber = false);

/// <summary>
/// Plain tables: aligned columns where they fit, otherwise one block a row. No frames, so that other programs can read them too.
/// </summary>
internal sealed class TextTable(params IReadOnlyList<Column> columns)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output, int width)
    {
        var widths = columns.Select((c, i) => _rows.Select(r => r[i].Length).Append(c.Title.Length).Max()).ToArray();
        if (widths.Sum() + ((widths.Length - 1) * Gap.Length) > width)
        {
            WriteBlocks(output, width);
            return;
        }

        output.WriteLine(Line([.. columns.Select(static c => c.Title)], widths));
        output.WriteLine(Line([.. widths.Select(static w => new string('-', w))], widths));
        foreach (var row in _rows) output.WriteLine(Line(row, widths));
    }

    /// <summary>Narrow terminals: the first cell as a heading, below it the others with their titles, as many on a line as fit.</summary>
    private void WriteBlocks(TextWriter output, int width)
    {
        foreach (var row in _rows)
        {
            output.WriteLine(row[0]);
            var line = "";
            foreach (var (column, cell) in columns.Zip(row).Skip(1).Where(static p => p.Second.Length > 0))
            {
                var part = $"{column.Title.ToLowerInvariant()} {cell}";
                if (line.Length > 0 && line.Length + Gap.Length + part.Length > width)
                {
                    output.WriteLine(line);
                    line = "";
                }

                line += Gap + part;
            }

            output.WriteLine(line);
        }
    }

    private string Line(string[] cells, int[] widths) => string.Join(Gap, cells.Select((cell, i) =>
        columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
}
