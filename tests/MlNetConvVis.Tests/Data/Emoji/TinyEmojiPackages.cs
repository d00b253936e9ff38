using System.Text.Json;
using MlNetConvVis.Data.Emoji;

namespace MlNetConvVis.Tests.Data.Emoji;

/// <summary>Writes a packages folder as npm would, with a handful of drawings: coloured squares.</summary>
internal sealed class TinyEmojiPackages(string directory)
{
    public static readonly string[] Artists = ["twemoji", "noto", "noto-v1", "openmoji", "emojione", "emojione-v1", "fluent-emoji-flat"];

    public void WriteSymbols(params (string Code, string Label, int Subgroup)[] symbols)
    {
        WriteJson("emojibase-data/meta/groups.json", new { subgroups = new Dictionary<string, string> { ["0"] = "face", ["1"] = "fruit", ["2"] = "tool" } });
        WriteJson("emojibase-data/en/data.json", symbols.Select(s => new { label = s.Label, hexcode = s.Code, subgroup = s.Subgroup }).Cast<object>()
            .Append(new { label = "half a flag", hexcode = "1F1E6" }));
        using var embedded = typeof(EmojiDataset).Assembly.GetManifestResourceStream("emoji/package-lock.json")!;
        using var file = File.Create(Path.Combine(directory, "package-lock.json"));
        embedded.CopyTo(file);
    }

    public void WriteSet(string artist, Dictionary<string, string> icons, Dictionary<string, object>? aliases = null, Dictionary<string, string>? codes = null)
    {
        WriteJson($"@iconify-json/{artist}/icons.json", new
        {
            icons = icons.ToDictionary(i => i.Key, i =>
                new { body = i.Value.StartsWith('<') ? i.Value : $"<rect width=\"8\" height=\"16\" fill=\"{i.Value}\"/>" }),
            aliases = aliases ?? [],
            width = 16,
            height = 16,
        });
        WriteJson($"@iconify-json/{artist}/chars.json", codes ?? []);
    }

    private void WriteJson(string path, object content)
    {
        var file = Path.Combine(directory, "node_modules", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(content));
    }
}
