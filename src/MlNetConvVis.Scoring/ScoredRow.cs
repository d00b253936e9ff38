using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MlNetConvVis.Data;

namespace MlNetConvVis.Scoring;

/// <summary>A class that a network takes an image for.</summary>
/// <param name="Class">Its number, from 0.</param>
/// <param name="Name">Its name; null where the model does not name its classes.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record ScoredLabel(int Class, string? Name, double Probability)
{
    /// <summary>Gets the name, or the number as text where there is none.</summary>
    public string Text => Name ?? Class.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What came of one image.</summary>
/// <param name="Row">Its place in the whole list, from 0.</param>
/// <param name="File">Its name, relative to what was scored.</param>
/// <param name="Given">The class that the collection has it in; null where it has none.</param>
/// <param name="Labels">The most probable classes, the most probable first; none where there is an error.</param>
/// <param name="Error">Why there are no labels; null where there are.</param>
/// <param name="Picture">The picture's file, relative to the results' folder; null for none.</param>
public sealed record ScoredRow(int Row, string File, string? Given, IReadOnlyList<ScoredLabel> Labels, string? Error = null, string? Picture = null)
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the first line of the CSV form.</summary>
    /// <param name="topLabels">How many labels a row has at most.</param>
    public static string CsvHead(int topLabels) => string.Join(',',
        ["row", "file", "given", .. Enumerable.Range(1, topLabels).Select(static k => string.Create(CultureInfo.InvariantCulture, $"class{k},label{k},probability{k}")),
            "picture", "error"]);

    /// <summary>Gets the CSV form, without an end of line.</summary>
    /// <param name="topLabels">How many labels a row has at most.</param>
    public string ToCsv(int topLabels)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Row},{CsvTable.Quoted(File)},{CsvTable.Quoted(Given ?? "")}");
        for (var k = 0; k < topLabels; k++)
        {
            if (k < Labels.Count) text.Append(CultureInfo.InvariantCulture, $",{Labels[k].Class},{CsvTable.Quoted(Labels[k].Text)},{Number(Labels[k].Probability)}");
            else text.Append(",,,");
        }

        return text.Append(CultureInfo.InvariantCulture, $",{CsvTable.Quoted(Picture ?? "")},{CsvTable.Quoted(Error ?? "")}").ToString();
    }

    /// <summary>Writes the JSON form: one line, with its end.</summary>
    internal void WriteJson(IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, s_plain))
        {
            json.WriteStartObject();
            json.WriteNumber("row", Row);
            json.WriteString("file", File);
            if (Given is not null) json.WriteString("given", Given);
            if (Error is not null) json.WriteString("error", Error);
            else WriteLabels(json);
            if (Picture is not null) json.WriteString("picture", Picture);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Reads the JSON form.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <exception cref="FormatException">It is no row.</exception>
    internal static ScoredRow Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            string? Text(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
            var labels = json.TryGetProperty("labels", out var list) ? list.EnumerateArray().Select(static l => new ScoredLabel(
                l.GetProperty("class").GetInt32(), l.TryGetProperty("name", out var name) ? name.GetString() : null, l.GetProperty("p").GetDouble())) : [];
            return new ScoredRow(json.GetProperty("row").GetInt32(), Text("file")!, Text("given"), [.. labels], Text("error"), Text("picture"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"a line is no row: {e.Message}", e);
        }
    }

    private void WriteLabels(Utf8JsonWriter json)
    {
        json.WriteStartArray("labels");
        foreach (var label in Labels)
        {
            json.WriteStartObject();
            json.WriteNumber("class", label.Class);
            if (label.Name is not null) json.WriteString("name", label.Name);
            json.WritePropertyName("p");
            json.WriteRawValue(Number(label.Probability));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Six digits: what float32 holds for sure.</summary>
    private static string Number(double probability) => probability.ToString("G6", CultureInfo.InvariantCulture);
}
