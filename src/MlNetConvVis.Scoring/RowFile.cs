namespace MlNetConvVis.Scoring;

/// <summary>Reads rows that were written, and holds them against what must be there.</summary>
internal static class RowFile
{
    /// <summary>Reads a file of rows in their JSON form.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">The number of its first row.</param>
    /// <param name="count">How many rows it must hold.</param>
    /// <exception cref="ScoreException">A row is missing, doubled, out of order or damaged.</exception>
    public static IEnumerable<ScoredRow> Read(string file, int first, int count)
    {
        var next = first;
        foreach (var line in File.ReadLines(file))
        {
            var row = Parsed(file, line, next - first + 1);
            if (row.Row != next || next == first + count)
            {
                throw Damaged(file, next == first + count ? $"it has more than {count} rows" : $"row {row.Row} stands where row {next} was wanted");
            }

            next++;
            yield return row;
        }

        if (next != first + count) throw Damaged(file, $"it ends behind {next - first} of {count} rows");
    }

    private static ScoredRow Parsed(string file, string line, int number)
    {
        try
        {
            return ScoredRow.Parse(System.Text.Encoding.UTF8.GetBytes(line));
        }
        catch (FormatException e)
        {
            throw Damaged(file, $"line {number}: {e.Message}");
        }
    }

    private static ScoreException Damaged(string file, string what) =>
        new($"'{file}' was changed or damaged: {what}. Delete it and run again; only its rows are computed anew.");
}
