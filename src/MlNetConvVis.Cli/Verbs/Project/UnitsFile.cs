using MlNetConvVis.Data;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>A table of units, as <c>--units</c> takes it: for named photos, or for every input alike.</summary>
internal sealed class UnitsFile
{
    private static readonly string[] s_columns = ["file", "channel", "y", "x"];

    /// <summary>Other words for them, as messages and exported files have them. Beside y and x, "row" is the number of a result.</summary>
    private static readonly Dictionary<string, string> s_words = new() { ["row"] = "y", ["column"] = "x", ["map"] = "channel" };

    /// <summary>What an index that <c>project</c> wrote has beside them: it can be given as it is.</summary>
    private static readonly string[] s_results = ["row", "activation", "top", "left", "height", "width", "picture"];

    private readonly List<(string? File, UnitWish Wish)> _rows;

    private UnitsFile(List<(string? File, UnitWish Wish)> rows) => _rows = rows;

    /// <summary>Gets the photos it names, each once, in order; none when its units are for every input.</summary>
    public IReadOnlyList<string> Photos => [.. _rows.Select(static r => r.File).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <exception cref="DataException">The table is malformed.</exception>
    public static UnitsFile Read(string path)
    {
        var table = CsvTable.Read(path);
        table = table with { Columns = Named(table.Columns) };
        if (table.Columns.FirstOrDefault(static c => !s_columns.Contains(c) && !s_results.Contains(c)) is { } odd)
            throw new DataException($"Units '{path}' have a column '{odd}'. {NearestName.Hint(odd, [.. s_columns, .. s_words.Keys])}");
        if (table.Columns.GroupBy(static c => c).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new DataException($"Units '{path}' have the column '{twice.Key}' twice.");
        if (table.Columns.Contains("row") && !table.Columns.Contains("y"))
            throw new DataException($"Units '{path}' have a column 'row' and none for the column; row and column (or y and x) were wanted, or neither.");
        if (table.Rows.Count == 0) throw new DataException($"Units '{path}' name no unit; one a line was wanted, below the columns' names.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new UnitsFile([.. table.Rows.Select((row, i) => Row(path, folder, table.Columns, row, i + 1))]);
    }

    private static IReadOnlyList<string> Named(IReadOnlyList<string> columns) => columns.Contains("y") || columns.Contains("x")
        ? [.. columns.Select(static c => c == "map" ? "channel" : c)]
        : columns.Contains("row") && !columns.Contains("column") ? columns
        : [.. columns.Select(static c => s_words.GetValueOrDefault(c, c))];

    /// <summary>Gets the units of one input.</summary>
    public IReadOnlyList<UnitWish> Of(string file) => [.. _rows.Where(r => r.File is null || r.File == file).Select(static r => r.Wish)];

    public IEnumerable<UnitWish> All => _rows.Select(static r => r.Wish);

    private static (string? File, UnitWish Wish) Row(string path, string folder, IReadOnlyList<string> columns, IReadOnlyList<string> cells, int number)
    {
        var byName = columns.Zip(cells).ToDictionary(static p => p.First, static p => p.Second);
        var origin = $"Units '{path}', row {number}: ";
        DataException Wrong(string what) => new(origin + what);
        int? Number(string column) => byName.GetValueOrDefault(column) is not { Length: > 0 } text || text == "-1" ? null
            : UnitWish.IsNumber(text, out var value) ? value
            : throw Wrong($"{column} is '{text}'; a whole number of 0 or more was wanted, or nothing for the strongest.");
        var file = byName.TryGetValue("file", out var named) ? Path.Combine(folder, named.Length > 0 ? named : throw Wrong("no file is named.")) : null;
        return (Number("y"), Number("x")) switch
        {
            (null, null) => (file, new UnitWish(Number("channel"), null, Origin: origin)),
            ({ } y, { } x) => (file, new UnitWish(Number("channel"), (y, x), Origin: origin)),
            _ => throw Wrong("of y and x one is given; both were wanted, or neither for the strongest."),
        };
    }
}
