using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Data;

namespace MlNetConvVis.Cli.Verbs.Correspond;

/// <summary>What <c>correspond --json</c> says. <c>mean</c> is the share of features whose signs differ, over all pairs of images and repeats.</summary>
internal sealed record CorrespondResult(
    string? Model, IReadOnlyList<string> Images, string Fill, int Seed, IReadOnlyList<CorrespondRow> Rows, IReadOnlyList<CorrespondClaim> Claims, double Seconds,
    string Picture, string Report)
{
    /// <summary>Gets the table, one row a part and layer.</summary>
    public IEnumerable<string> Csv() => Rows.Select(static r => string.Create(CultureInfo.InvariantCulture,
        $"{CsvTable.Quoted(r.Part)},{CsvTable.Quoted(r.Layer)},{r.Mean:R},{r.Deviation:R},{r.Delta:R},{r.Images},{r.Repeats},{r.Features},{r.Unchanged:R}"))
        .Prepend("part,layer,mean,deviation,delta,images,repeats,features,unchanged");
}

/// <summary>One part and layer.</summary>
internal sealed record CorrespondRow(
    string Part, string Layer, double Mean, double Deviation, double Delta, int Images, int Repeats, int Features, double Unchanged, IReadOnlyList<double> Pairs)
{
    public static CorrespondRow Of(PartCorrespondence found) => new(
        found.Part, found.Layer, found.Change.Mean, found.Change.Deviation, found.Change.Delta, found.Change.Images, found.Change.Repeats, found.Change.Features,
        found.Change.Unchanged, found.Change.Pairs);
}

/// <summary>Whether a part changes the features of a layer more alike than random masks do; the margin is random's mean less the part's.</summary>
internal sealed record CorrespondClaim(string Part, string Random, string Layer, double Margin, bool Holds)
{
    /// <summary>Compares every part with every random one.</summary>
    public static IReadOnlyList<CorrespondClaim> Of(IReadOnlyList<PartCorrespondence> found, IReadOnlySet<string> random) =>
        [.. from own in found where !random.Contains(own.Part)
            from other in found where random.Contains(other.Part) && other.Layer == own.Layer
            let margin = other.Change.Mean - own.Change.Mean
            select new CorrespondClaim(own.Part, other.Part, own.Layer, margin, margin > 0)];
}
