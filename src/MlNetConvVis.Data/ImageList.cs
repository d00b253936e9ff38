using System.Globalization;

namespace MlNetConvVis.Data;

/// <summary>Reads image lists: a text file, one image a line, its class behind a tab or (where the line has no tab) the last
/// comma.</summary>
public static class ImageList
{
    /// <summary>More than these are no classes, but something else behind the comma.</summary>
    internal const int MostClasses = 1_000_000;

    /// <summary>Bytes of a list above which its lines stay in the file.</summary>
    private const long LargeBytes = 64L << 20;

    /// <summary>Reads a list. One of more than 64 MiB stays in its file, which is read again wherever images are asked for, and must not change then.</summary>
    /// <param name="file">The list, UTF-8; paths in it are relative to its folder. Empty lines and lines that begin with # are passed
    /// over.</param>
    /// <returns>Classes in ordinal order, or by value when all are whole numbers; none when no line has one. Images in the list's
    /// order.</returns>
    /// <exception cref="DataException">No such file, no images, or only some lines with a class; the message names the line.</exception>
    public static ImageSet Read(string file) => Read(file, LargeBytes);

    /// <summary>Reads a list.</summary>
    /// <param name="file">The list.</param>
    /// <param name="large">Bytes above which its lines stay in the file.</param>
    internal static ImageSet Read(string file, long large)
    {
        if (!File.Exists(file))
            throw new DataException($"Image list '{file}' does not exist. Name a text file with one image a line.");
        if (new FileInfo(file).Length > large)
        {
            var list = new LargeImageList(file);
            return new ImageSet(list.Classes, list);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var lines = File.ReadLines(file)
            .Select(static (text, i) => (Number: i + 1, Entry: Parse(text)))
            .Where(static line => line.Entry is not null)
            .Select(static line => (line.Number, Entry: line.Entry!.Value))
            .ToArray();
        if (lines.Length == 0) throw NoImages(file);
        var labelled = default(bool?);
        foreach (var (number, entry) in lines) labelled = CheckClass(file, number, entry.Class, labelled);
        var classes = Ordered(lines.Select(static l => l.Entry.Class).OfType<string>().Distinct(StringComparer.Ordinal));
        var labels = Numbered(classes);
        return new ImageSet(classes, [.. lines.Select(l => new LabelledImage(
            Path.Combine(folder, l.Entry.Path), l.Entry.Class is { } name ? labels[name] : LabelledImage.Unlabelled))]);
    }

    /// <summary>Reads a line.</summary>
    /// <returns>The image and its class; null for a line that names none.</returns>
    internal static (string Path, string? Class)? Parse(string text)
    {
        var line = text.Trim();
        if (line.Length == 0 || line[0] == '#') return null;
        var at = line.IndexOf('\t');
        if (at < 0)
            at = line.LastIndexOf(',');
        return at < 0 ? (line, null) : (line[..at].TrimEnd(), line[(at + 1)..].Trim());
    }

    /// <summary>Sees to it that all lines have a class, or none.</summary>
    /// <param name="file">The list.</param>
    /// <param name="number">The line.</param>
    /// <param name="name">Its class.</param>
    /// <param name="labelled">Whether the lines before have one; null before the first.</param>
    /// <returns>Whether this line has one.</returns>
    internal static bool CheckClass(string file, long number, string? name, bool? labelled) =>
        (labelled ?? name is not null) == name is not null ? name is not null : throw new DataException(
            $"Image list '{file}', line {number}: {(labelled!.Value ? "no class" : "a class")}, unlike the first line. Give all images a class or none.");

    internal static DataException NoImages(string file) =>
        new($"Image list '{file}' names no images. One path a line is wanted, its class behind a tab or comma.");

    internal static DataException TooManyClasses(string file, long number) => new(string.Create(CultureInfo.InvariantCulture,
        $"Image list '{file}' has more than {MostClasses:N0} classes by line {number}: what stands behind the last comma of its lines is no class. Put a tab behind each path."));

    internal static string[] Ordered(IEnumerable<string> names)
    {
        var ordered = names.Order(StringComparer.Ordinal).ToArray();
        return ordered.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? [.. ordered.OrderBy(n => int.Parse(n, CultureInfo.InvariantCulture))]
            : ordered;
    }

    internal static Dictionary<string, int> Numbered(string[] classes) =>
        classes.Select(static (name, i) => (name, i)).ToDictionary(static c => c.name, static c => c.i, StringComparer.Ordinal);
}
