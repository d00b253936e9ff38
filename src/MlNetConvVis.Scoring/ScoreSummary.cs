using System.Text.Json;

namespace MlNetConvVis.Scoring;

/// <summary>What a finished run came to. No times: two runs of the same job write the same.</summary>
/// <param name="Rows">How many rows there are: one an image.</param>
/// <param name="Broken">How many of them have an error in place of labels.</param>
/// <param name="Pictures">How many pictures were drawn.</param>
/// <param name="Right">How many rows' most probable label is the class that the collection has them in; null where the network's and the collection's classes
/// have no name in common.</param>
/// <param name="Sha256">The SHA-256 of scores.jsonl, in hexadecimal.</param>
public sealed record ScoreSummary(int Rows, int Broken, int Pictures, int? Right, string Sha256)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    internal static ScoreSummary? TryRead(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ScoreSummary>(File.ReadAllBytes(file), s_json);
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, s_json), (byte)'\n'];
}
