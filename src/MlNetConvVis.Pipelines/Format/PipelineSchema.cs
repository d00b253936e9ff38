using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlNetConvVis.Pipelines.Format;

/// <summary>The format of pipeline files as a JSON schema (draft 2020-12), for editors.</summary>
internal static class PipelineSchema
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the schema's text.</summary>
    public static string Text()
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "A pipeline of MlNetConvVis" };
        Fill(schema, PipelineFormat.Top);
        schema["oneOf"] = new JsonArray(new JsonObject { ["required"] = new JsonArray("train") }, new JsonObject { ["required"] = new JsonArray("model") });
        return schema.ToJsonString(s_json) + "\n";
    }

    private static void Fill(JsonObject schema, FormatSection section)
    {
        var properties = new JsonObject();
        foreach (var key in section.Keys) properties[key.Name] = Of(key);
        schema["type"] = "object";
        schema["additionalProperties"] = false;
        schema["properties"] = properties;
        if (section.Keys.Any(static k => k.IsRequired))
            schema["required"] = new JsonArray([.. section.Keys.Where(static k => k.IsRequired).Select(static k => (JsonNode)k.Name)]);
    }

    private static JsonObject Of(FormatKey key)
    {
        var property = new JsonObject { ["description"] = key.About };
        switch (key.Type)
        {
            case FormatType.Section:
                Fill(property, key.Section!);
                break;
            case FormatType.Texts or FormatType.Wholes or FormatType.Choices:
                property["type"] = "array";
                if (key.Fewest is { } fewest) property["minItems"] = fewest;
                property["items"] = Value(new JsonObject(), key);
                break;
            default:
                Value(property, key);
                break;
        }

        return property;
    }

    private static JsonObject Value(JsonObject property, FormatKey key)
    {
        switch (key.Type)
        {
            case FormatType.Choice or FormatType.Choices:
                property["enum"] = new JsonArray([.. key.Options.Select(static o => (JsonNode)o)]);
                break;
            case FormatType.Flag:
                property["type"] = "boolean";
                break;
            case FormatType.Text or FormatType.Texts:
                property["type"] = "string";
                break;
            case FormatType.Any:
                break;
            default:
                var number = key.Type == FormatType.Number ? "number" : "integer";
                property["type"] = key.CanBeNone ? new JsonArray(number, "string") : number;
                if (key.CanBeNone) property["pattern"] = "^none$";
                if (key.Least is { } least) property["minimum"] = (decimal)least;
                if (key.Most is { } most) property["maximum"] = (decimal)most;
                break;
        }

        return property;
    }
}
