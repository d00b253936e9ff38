using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MlNetConvVis.Data;

namespace MlNetConvVis.Scoring.Page;

/// <summary>
/// Writes index.html and the files beside it, from rows that pass by once. What is searched and sorted by stands in few large files, all of which the page
/// loads; all else in many small ones, of which it loads those that are shown. They are scripts, as a page that was opened from disk may load nothing else.
/// </summary>
internal sealed class ScorePage
{
    private const int KeyRows = 10_000;
    private const int DetailRows = 500;
    private const int Confident = 1_000_000;      // probabilities are sorted and filtered by in steps of a millionth

    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ScoreFolder _folder;
    private readonly int _step;
    private readonly bool _keepsPictures;
    private readonly List<ScoredRow> _keys = [];
    private readonly List<ScoredRow> _details = [];
    private readonly SortedDictionary<int, string> _classes = [];
    private readonly Dictionary<string, int> _given = new(StringComparer.Ordinal);
    private int _shown;

    /// <param name="folder">Where the page goes.</param>
    /// <param name="mostRows">The most rows it shows; of longer lists every k-th, and those with pictures unless all have one.</param>
    public ScorePage(ScoreFolder folder, int mostRows)
    {
        (_folder, _step) = (folder, Math.Max(1, (folder.Job.Images + mostRows - 1) / mostRows));
        _keepsPictures = PictureChoice.Parse(folder.Job.Choice) is { Rows: not PictureRows.All };
    }

    /// <summary>Takes a row; they come in order.</summary>
    public void Add(ScoredRow row)
    {
        if (row.Row % _step != 0 && !(_keepsPictures && row.Picture is not null)) return;
        foreach (var label in row.Labels) _classes[label.Class] = label.Text;
        if (row.Given is { } given) _given.TryAdd(given, _given.Count);
        _keys.Add(row);
        _details.Add(row);
        _shown++;
        if (_keys.Count == KeyRows) WriteKeys();
        if (_details.Count == DetailRows) WriteDetails();
    }

    /// <summary>Writes what is left, and the page itself last.</summary>
    /// <param name="summary">What all rows came to.</param>
    public void Complete(ScoreSummary summary)
    {
        if (_keys.Count > 0) WriteKeys();
        if (_details.Count > 0) WriteDetails();
        Write("about.js", "about", json =>
        {
            json.WriteStartObject();
            json.WriteString("model", _folder.Job.ModelFile);
            json.WriteString("images", Path.GetFileName(Path.TrimEndingDirectorySeparator(_folder.Job.ImagesPath)));
            json.WriteString("photos", _folder.Job.PhotosAt);
            json.WriteString("layer", _folder.Job.Layer);
            json.WriteString("drawn", _folder.Job.Pictures);
            json.WriteString("hash", _folder.Job.Model);
            foreach (var (name, value) in new[]
            {
                ("rows", summary.Rows), ("shown", _shown), ("broken", summary.Broken), ("pictures", summary.Pictures), ("keyRows", KeyRows), ("detailRows", DetailRows),
                ("scale", Confident),
            })
            {
                json.WriteNumber(name, value);
            }

            if (summary.Right is { } right) json.WriteNumber("right", right);
            json.WriteStartObject("classes");
            foreach (var (number, name) in _classes) json.WriteString(number.ToString(CultureInfo.InvariantCulture), name);
            json.WriteEndObject();
            json.WriteStartArray("given");
            foreach (var name in _given.OrderBy(static g => g.Value).Select(static g => g.Key)) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        var page = Html();
        DurableFile.Write(_folder.In(ScoreFolder.PageName), stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    /// <summary>Columns: row, file, class, probability, given class, whether there is a picture; -1 for none.</summary>
    private void WriteKeys()
    {
        var number = (_shown - 1) / KeyRows;
        Write(Numbered("keys", number), FormattableString.Invariant($"keys({number})"), json =>
        {
            json.WriteStartObject();
            Column(json, "n", static r => r.Row);
            json.WriteStartArray("f");
            foreach (var row in _keys) json.WriteStringValue(row.File);
            json.WriteEndArray();
            Column(json, "c", static r => r.Labels is [var first, ..] ? first.Class : -1);
            Column(json, "p", static r => r.Labels is [var first, ..] ? (int)Math.Round(first.Probability * Confident) : -1);
            Column(json, "g", r => r.Given is { } given ? _given[given] : -1);
            Column(json, "i", static r => r.Picture is null ? 0 : 1);
            json.WriteEndObject();
        });
        _keys.Clear();
    }

    private void Column(Utf8JsonWriter json, string name, Func<ScoredRow, int> of)
    {
        json.WriteStartArray(name);
        foreach (var row in _keys) json.WriteNumberValue(of(row));
        json.WriteEndArray();
    }

    /// <summary>A row: its picture or 0, then class and probability of each label; of a broken one its error alone.</summary>
    private void WriteDetails()
    {
        var number = (_shown - 1) / DetailRows;
        Write(Numbered("rows", number), FormattableString.Invariant($"rows({number})"), json =>
        {
            json.WriteStartArray();
            foreach (var row in _details)
            {
                if (row.Error is { } error)
                {
                    json.WriteStringValue(error);
                    continue;
                }

                json.WriteStartArray();
                if (row.Picture is { } picture) json.WriteStringValue(picture);
                else json.WriteNumberValue(0);
                foreach (var label in row.Labels)
                {
                    json.WriteNumberValue(label.Class);
                    json.WriteRawValue(label.Probability.ToString("G4", CultureInfo.InvariantCulture));
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        });
        _details.Clear();
    }

    /// <summary>Writes a script of one call, such as <c>scores.rows(3)([...]);</c>.</summary>
    private void Write(string file, string call, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(Encoding.UTF8.GetBytes($"scores.{call}("));
        using (var json = new Utf8JsonWriter(buffer, s_plain)) write(json);
        buffer.Write(");\n"u8);
        DurableFile.Write(Path.Combine(_folder.Path, ScoreFolder.DataName, file), stream => stream.Write(buffer.WrittenSpan));
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number:D5}.js");

    /// <summary>Nothing is loaded but what lies beside the page and the photos where they are; no script runs but ours.</summary>
    private string Html()
    {
        var script = Resource("score.js");
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        return Resource("score.html")
            .Replace("{title}", WebUtility.HtmlEncode($"{_folder.Job.ModelFile}: {Path.GetFileName(_folder.Job.ImagesPath)}"), StringComparison.Ordinal)
            .Replace("{policy}", $"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; script-src 'self' file: 'sha256-{hash}'", StringComparison.Ordinal)
            .Replace("{style}", Resource("score.css"), StringComparison.Ordinal)
            .Replace("{script}", script, StringComparison.Ordinal);
    }

    private static string Resource(string name)
    {
        using var stream = typeof(ScorePage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
