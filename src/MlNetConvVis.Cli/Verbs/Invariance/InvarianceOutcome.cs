using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs.Invariance;

/// <summary>What <c>invariance --json</c> says.</summary>
internal sealed record InvarianceOutcome(
    string? Model, IReadOnlyList<string> Layers, IReadOnlyList<InvariantPhoto> Photos, IReadOnlyList<TransformedRow> Rows,
    IReadOnlyList<InvarianceSummary> Summaries, double Seconds, IReadOnlyList<string> Pictures, string Report, IReadOnlyList<SkippedImage> Skipped)
{
    /// <summary>Gets the table, one row a photo, transform and layer.</summary>
    public IEnumerable<string> Csv() => Rows.Select(r => string.Create(CultureInfo.InvariantCulture,
        $"{CsvTable.Quoted(Photos[r.Photo].File)},{r.Transform},{r.Amount:R},{CsvTable.Quoted(r.Layer)},{r.Distance:R},{r.Normalised:R},{r.Probability:R}"))
        .Prepend("file,transform,amount,layer,distance,normalised,probability");

    public static IEnumerable<TransformedRow> RowsOf(InvarianceResult found) => found.Points.SelectMany(static p => p.Distances.Select(d =>
        new TransformedRow(p.Photo, Word(p.Transform.Kind), p.Transform.Amount, d.Layer, d.Distance, d.Normalised, p.Probability)));

    public static IEnumerable<InvarianceSummary> SummariesOf(InvarianceResult found, IReadOnlyList<string> layers) =>
        from kind in found.Points.Select(static p => p.Transform.Kind).Distinct()
        from layer in layers
        let at = layers.ToList().IndexOf(layer)
        let curve = InvarianceCurve.Of(found, kind, p => p.Distances[at].Normalised)
        let identity = Identity(kind)
        select new InvarianceSummary(Word(kind), layer, curve.AtSmallestStep(identity), curve.Means.Max(), curve.Linearity(identity));

    public static string Word(TransformKind kind) => kind.ToString().ToLowerInvariant();

    public static double Identity(TransformKind kind) => kind == TransformKind.Scale ? 1 : 0;
}

/// <summary>A photo and the class whose probability is followed.</summary>
internal sealed record InvariantPhoto(string File, int Class, string? Name)
{
    public static InvariantPhoto Of(string file, int label, ConvNet net) =>
        new(Path.GetFullPath(file), label, net.Classes is { } names && label < names.Count ? names[label] : null);
}

/// <summary>One photo, transform and layer.</summary>
internal sealed record TransformedRow(int Photo, string Transform, double Amount, string Layer, double Distance, double Normalised, float Probability);

/// <summary>A transform and layer in the mean over photos: the normalised distance at the smallest step and at most, and how straight the curve is.</summary>
internal sealed record InvarianceSummary(string Transform, string Layer, double? AtSmallestStep, double AtMost, double? Linearity);
