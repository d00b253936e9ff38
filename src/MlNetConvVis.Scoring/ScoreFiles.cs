using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Scoring.Page;

namespace MlNetConvVis.Scoring;

/// <summary>Writes the results of a run when all rows are there, from rows that pass by once.</summary>
internal static class ScoreFiles
{
    private const int Flush = 1 << 16;
    private const int MostShown = 250_000;

    /// <summary>Writes scores.jsonl; of a whole list also scores.csv and the page.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="rows">All rows of the folder's shard, in order; without pictures.</param>
    /// <param name="pictures">The picture's name of each row that has one.</param>
    /// <returns>What the run came to.</returns>
    public static ScoreSummary Write(ScoreFolder folder, IEnumerable<ScoredRow> rows, IReadOnlyDictionary<int, string> pictures)
    {
        var tally = new Tally();
        var drawn = rows.Select(r => tally.Counted(pictures.TryGetValue(r.Row, out var picture) ? r with { Picture = picture } : r with { Picture = null }));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        DurableFile.Write(folder.In(ScoreFolder.RowsName), stream =>
        {
            var buffer = new ArrayBufferWriter<byte>(Flush);
            foreach (var row in drawn)
            {
                row.WriteJson(buffer);
                if (buffer.WrittenCount >= Flush) Drain(buffer, stream, hash);
            }

            Drain(buffer, stream, hash);
        });
        var summary = tally.Summary(Convert.ToHexStringLower(hash.GetHashAndReset()));
        if (folder.Job.Part.IsPart) return summary;
        var page = new ScorePage(folder, MostShown);
        DurableFile.Write(folder.In(ScoreFolder.TableName), stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), Flush, leaveOpen: true) { NewLine = "\n" };
            text.WriteLine(ScoredRow.CsvHead(folder.Job.TopLabels));
            foreach (var row in RowFile.Read(folder.In(ScoreFolder.RowsName), 0, folder.Job.Images))
            {
                text.WriteLine(row.ToCsv(folder.Job.TopLabels));
                page.Add(row);
            }
        });
        page.Complete(summary);
        return summary;
    }

    private static void Drain(ArrayBufferWriter<byte> buffer, Stream stream, IncrementalHash hash)
    {
        stream.Write(buffer.WrittenSpan);
        hash.AppendData(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
    }

    /// <summary>Counts rows that pass by.</summary>
    private sealed class Tally
    {
        private readonly HashSet<string> _given = new(StringComparer.Ordinal);
        private readonly HashSet<string> _found = new(StringComparer.Ordinal);
        private int _rows;
        private int _broken;
        private int _pictures;
        private int _right;

        public ScoredRow Counted(ScoredRow row)
        {
            _rows++;
            if (row.Error is not null) _broken++;
            if (row.Picture is not null) _pictures++;
            if (row.Given is { } given) _given.Add(given);
            foreach (var label in row.Labels) _found.Add(label.Text);
            if (row.Labels is [var first, ..] && first.Text == row.Given) _right++;
            return row;
        }

        public ScoreSummary Summary(string hash) => new(_rows, _broken, _pictures, _given.Overlaps(_found) ? _right : null, hash);
    }
}
