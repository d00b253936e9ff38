using System.Globalization;

namespace MlNetConvVis.Data;

/// <summary>Reads image lists: a text file, one image a line, its class behind a tab or (where the line has no tab) the last
/// comma.</summary>
public static class ImageList
{
    /// <summary>Reads a list.</summary>
    /// <param name="file">The list; paths in it are relative to its folder. Empty lines and lines that begin with # are passed
    /// over.</param>
    /// <returns>Classes in ordinal order, or by value when all are whole numbers; none when no line has one. Images in the list's
    /// order.</returns>
    /// <exception cref="DataException">No such file, no images, or only some lines with a class; the message names the line.</exception>
    public static ImageSet Read(string file)
    {
        if (!File.Exists(file))
            throw new DataException($"Image list '{file}' does not exist. Name a text file with one image a line.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var lines = File.ReadLines(file)
            .Select((text, i) => (Number: i + 1, Text: text.Trim()))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .Select(line => (line.Number, Entry: Parse(line.Text)))
            .ToArray();
        if (lines.Length == 0)
            throw new DataException($"Image list '{file}' names no images. One path a line is wanted, its class behind a tab or comma.");
        var labelled = lines[0].Entry.Class is not null;
        foreach (var (number, entry) in lines)
        {
            if (entry.Class is not null != labelled)
            {
                throw new DataException(
                    $"Image list '{file}', line {number}: {(labelled ? "no class" : "a class")}, unlike the first line. " +
                    "Give all images a class or none.");
            }
        }

        var classes = Ordered(lines.Select(l => l.Entry.Class).OfType<string>().Distinct(StringComparer.Ordinal));
        var labels = classes.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        return new ImageSet(classes, [.. lines.Select(l => new LabelledImage(
            Path.Combine(folder, l.Entry.Path), l.Entry.Class is { } name ? labels[name] : LabelledImage.Unlabelled))]);
    }

    private static (string Path, string? Class) Parse(string line)
    {
        var at = line.IndexOf('\t');
        if (at < 0)
            at = line.LastIndexOf(',');
        return at < 0 ? (line, null) : (line[..at].TrimEnd(), line[(at + 1)..].Trim());
    }

    private static string[] Ordered(IEnumerable<string> names)
    {
        var ordered = names.Order(StringComparer.Ordinal).ToArray();
        return ordered.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? [.. ordered.OrderBy(n => int.Parse(n, CultureInfo.InvariantCulture))]
            : ordered;
    }
}
