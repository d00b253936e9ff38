using System.Globalization;

namespace MlNetConvVis.Cli.Output;

/// <summary>Turns layer names, which may hold slashes, into file names that every system takes and that stay apart.</summary>
internal static class FileNames
{
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
