using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetConvVis.Imaging;

public sealed partial record ImagePreprocessing
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Writes the JSON form: one line, names in camel case, all values that are set.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads the JSON form.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote. Width and height must be there; unknown names are refused.</param>
    /// <exception cref="FormatException">Malformed JSON, an unknown name, or a value out of its range.</exception>
    public static ImagePreprocessing FromJson(string json)
    {
        try
        {
            var preprocessing = JsonSerializer.Deserialize<ImagePreprocessing>(json, s_json);
            return (preprocessing ?? throw new JsonException("'null' is no preprocessing.")).Checked();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"The preprocessing '{json}' cannot be read: {e.Message}", e);
        }
    }
}
