using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetConvVis.Data.Emoji;

/// <summary>The list of all pictures of an emoji data set; lies in it as <see cref="FileName"/>.</summary>
public sealed record EmojiIndex
{
    /// <summary>The index's file in the data set's folder.</summary>
    public const string FileName = "index.json";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Gets the pixels of each side of a picture.</summary>
    public required int Side { get; init; }

    /// <summary>Gets the artist whose drawings are for testing.</summary>
    public required string HeldOutArtist { get; init; }

    /// <summary>Gets what the data set was made from and with: equal fingerprints, equal pictures.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Gets the pictures by class, symbol and artist.</summary>
    public required IReadOnlyList<EmojiPicture> Pictures { get; init; }

    /// <summary>Gets the folder that the pictures' paths are relative to; not in the file.</summary>
    [JsonIgnore]
    public string Directory { get; init; } = "";

    /// <summary>Gives the classes of a domain, in ordinal order.</summary>
    /// <param name="domain"><see cref="EmojiPicture.Source"/> or <see cref="EmojiPicture.Target"/>.</param>
    public string[] Classes(string domain) =>
        [.. Pictures.Where(p => p.Domain == domain).Select(p => p.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Gives the pictures of a domain, in the order of <see cref="ToImageSet"/>.</summary>
    /// <param name="domain"><see cref="EmojiPicture.Source"/> or <see cref="EmojiPicture.Target"/>.</param>
    /// <param name="split"><see cref="EmojiPicture.Train"/>, <see cref="EmojiPicture.Test"/> or null for both.</param>
    public EmojiPicture[] Select(string domain, string? split = null) =>
        [.. Pictures.Where(p => p.Domain == domain && (split is null || p.Split == split))];

    /// <summary>Gives the pictures of a domain as files with labels; classes are the domain's, whatever the split.</summary>
    /// <param name="domain"><see cref="EmojiPicture.Source"/> or <see cref="EmojiPicture.Target"/>.</param>
    /// <param name="split"><see cref="EmojiPicture.Train"/>, <see cref="EmojiPicture.Test"/> or null for both.</param>
    public ImageSet ToImageSet(string domain, string? split = null)
    {
        var classes = Classes(domain);
        return new ImageSet(classes, [.. Select(domain, split).Select(p =>
            new LabelledImage(PathOf(p), Array.BinarySearch(classes, p.Class, StringComparer.Ordinal)))]);
    }

    /// <summary>Gives a picture's file, in this machine's notation.</summary>
    /// <param name="picture">One of <see cref="Pictures"/>.</param>
    public string PathOf(EmojiPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Path.Combine(Directory, picture.File.Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>Reads the index of a data set.</summary>
    /// <param name="directory">The data set's folder.</param>
    /// <exception cref="DataException">There is none, or it is malformed.</exception>
    public static EmojiIndex Read(string directory)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            var index = JsonSerializer.Deserialize<EmojiIndex>(File.ReadAllBytes(file), s_json) ?? throw new JsonException("it is null");
            return index with { Directory = directory };
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new DataException($"'{directory}' holds no emoji data set ({e.Message}). Remove it and make the data set again.", e);
        }
    }

    internal void Write(string directory) =>
        File.WriteAllBytes(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, s_json));
}
