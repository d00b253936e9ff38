using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Scoring;

/// <summary>All that decides what a run writes: kept beside the results, so that a run goes on, and shards are joined, only where all of it is the same.</summary>
internal sealed record ScoreJob
{
    public const int CurrentFormat = 1;
    private const int HashDigits = 12;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    // what must be the same, in the words of the command line
    private static readonly (string Name, Func<ScoreJob, string> Of)[] s_decisive =
    [
        ("the format of the results", static j => Invariant($"{j.Format}")),
        ("the model", static j => $"{j.ModelFile}, SHA-256 {Start(j.Model)}"),
        ("how photos become its input", static j => j.Preprocessing),
        ("the names of its classes", static j => $"SHA-256 {Start(j.Classes)}"),
        ("the list of images", static j => Invariant($"{j.Images} images, SHA-256 {Start(j.List)}")),
        ("--top-labels", static j => Invariant($"{j.TopLabels}")),
        ("--part", static j => Invariant($"{j.PartRows}")),
        ("what computes (--device)", static j => j.Provider),
        ("--visualize and what belongs to it", static j => j.Pictures),
    ];

    public required int Format { get; init; }

    public required string Model { get; init; }

    public required string ModelFile { get; init; }

    public required string Preprocessing { get; init; }

    public required string Classes { get; init; }

    public required string ImagesPath { get; init; }

    /// <summary>Gets where the photos lie, as an address that a page can show them from; empty where they are in an archive.</summary>
    public required string PhotosAt { get; init; }

    public required string List { get; init; }

    public required int Images { get; init; }

    public required int TopLabels { get; init; }

    public required int PartRows { get; init; }

    public required string Provider { get; init; }

    /// <summary>Gets layer, choice, extent and rules of the pictures in words; "none" without.</summary>
    public required string Pictures { get; init; }

    /// <summary>Gets which rows have pictures, as its option says it; empty without.</summary>
    public required string Choice { get; init; }

    public required string Layer { get; init; }

    public required int Shard { get; init; }

    public required int Shards { get; init; }

    [JsonIgnore]
    public Shard Part => new(Shard, Shards);

    public static ScoreJob Of(ConvNet net, ScoreList list, ScoreOptions options, string provider) => new()
    {
        Format = CurrentFormat,
        Model = net.Hash ?? "",
        ModelFile = Path.GetFileName(net.File ?? ""),
        Preprocessing = net.RequirePreprocessing().ToJson(),
        Classes = net.Classes is { } names ? Hash(names) : "none",
        ImagesPath = Path.GetFullPath(list.Root),
        PhotosAt = list.PhotosAt,
        List = list.Hash,
        Images = list.Count,
        TopLabels = options.TopLabels,
        PartRows = options.PartRows,
        Provider = provider,
        Pictures = options.Pictures is { } p ? $"{p.Layer}, {p.Choice}, {(p.WholeMap ? "whole map" : "unit")}, rule {p.Rules.Summary()}" : "none",
        Choice = options.Pictures?.Choice.ToString() ?? "",
        Layer = options.Pictures?.Layer ?? "",
        Shard = options.Shard.Number,
        Shards = options.Shard.Count,
    };

    /// <summary>Reads a job.</summary>
    /// <returns>The job; null where the file is none.</returns>
    public static ScoreJob? TryRead(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ScoreJob>(File.ReadAllBytes(file), s_json);
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, s_json), (byte)'\n'];

    /// <summary>Says what differs, with both values; null where nothing that matters does.</summary>
    /// <param name="other">The other job.</param>
    public string? DifferenceFrom(ScoreJob other)
    {
        var rows = s_decisive.Where(d => d.Of(this) != d.Of(other)).Select(d => $"{d.Name} ({d.Of(other)} there, {d.Of(this)} here)").ToArray();
        return rows.Length == 0 ? null : string.Join("; ", rows);
    }

    private static string Hash(IEnumerable<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names) hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Start(string hash) => hash.Length > HashDigits ? hash[..HashDigits] : hash;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
