namespace MlNetConvVis.Data;

/// <summary>Reads tables of images: comma-separated text whose first line names the columns, one of them <c>file</c>, <c>filename</c>, <c>path</c> or <c>image</c>,
/// and where the images have classes one of them <c>label</c>, <c>class</c> or <c>given</c>.</summary>
public static class ImageTable
{
    private static readonly string[] s_files = ["file", "filename", "path", "image"];
    private static readonly string[] s_classes = ["label", "class", "given"];

    /// <summary>Says whether a file is such a table, by its ending and its first line.</summary>
    /// <param name="file">The file.</param>
    public static bool IsTable(string file) => Path.GetExtension(file).Equals(".csv", StringComparison.OrdinalIgnoreCase) && File.Exists(file)
        && File.ReadLines(file).FirstOrDefault() is { } head
        && head.Split(',', ';').Any(static c => s_files.Contains(c.Trim().Trim('"', '\uFEFF'), StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads a table.</summary>
    /// <param name="file">The table; paths in it are relative to its folder. A row with an empty class has none.</param>
    /// <returns>Classes in ordinal order, images in the table's order.</returns>
    /// <exception cref="DataException">The table cannot be read, names no images, or leaves a name empty.</exception>
    public static ImageSet Read(string file)
    {
        var table = CsvTable.Read(file);
        var (at, label) = (Column(table, s_files), Column(table, s_classes));
        if (at < 0) throw new DataException($"Table '{file}' has the columns {string.Join(", ", table.Columns)}; one called {string.Join(", ", s_files)} was wanted.");
        if (table.Rows.Count == 0) throw new DataException($"Table '{file}' names no images; a row for each was wanted.");
        foreach (var (row, cells) in table.Rows.Index().Where(r => r.Item[at].Length == 0))
            throw new DataException($"Table '{file}', row {row + 1} names no image in its column '{table.Columns[at]}'.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string[] classes = label < 0 ? []
            : [.. table.Rows.Select(r => r[label]).Where(static c => c.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ImageSet(classes, [.. table.Rows.Select(r => new LabelledImage(Path.Combine(folder, r[at]),
            label < 0 || r[label].Length == 0 ? LabelledImage.Unlabelled : Array.BinarySearch(classes, r[label], StringComparer.Ordinal)))]);
    }

    private static int Column(CsvTable table, string[] names) =>
        table.Columns.Index().Where(c => names.Contains(c.Item.TrimStart('\uFEFF'), StringComparer.OrdinalIgnoreCase)).Select(static c => c.Index).FirstOrDefault(-1);
}
