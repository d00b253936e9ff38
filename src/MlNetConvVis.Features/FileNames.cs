using System.Globalization;

namespace MlNetConvVis.Features;

/// <summary>Turns layer names, which may hold slashes, into file names that every system takes and that stay apart.</summary>
public static class FileNames
{
    /// <summary>Names a file for each layer.</summary>
    /// <param name="names">The layers; the first keeps its plain name whatever else comes.</param>
    /// <returns>File names without extension, by layer; no two differ by case alone.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> names)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            var letters = name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_');
            var plain = string.Concat(letters).TrimStart('.') is { Length: > 0 } text ? text : "layer";
            var file = plain;
            for (var number = 2; !taken.Add(file); number++) file = $"{plain}-{number.ToString(CultureInfo.InvariantCulture)}";
            files[name] = file;
        }

        return files;
    }
}
