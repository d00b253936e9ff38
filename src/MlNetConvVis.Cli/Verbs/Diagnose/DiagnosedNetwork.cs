using System.Globalization;
using MlNetConvVis.Analysis;

namespace MlNetConvVis.Cli.Verbs.Diagnose;

/// <summary>What <c>diagnose --json</c> says of one network.</summary>
internal sealed record DiagnosedNetwork(
    string Model, string Layer, int Filters, int[] Kernel, int[] Stride, int Photos, int Dead, int AtLimit, double Dominance,
    double Low, double Middle, double High, double ExtremelyHigh, double Aliased, IReadOnlyList<DiagnosedFilter> Each)
{
    public DiagnosedNetwork(string model, FirstLayerDiagnosis found, double limit)
        : this(model, found.Layer, found.Filters.Count, [found.Kernel.Rows, found.Kernel.Columns], [found.Stride.Y, found.Stride.X], found.Photos, found.Dead,
            found.AtLimit(limit), found.Dominance, found.Low, found.Middle, found.High, found.ExtremelyHigh, found.Aliased,
            [.. found.Filters.Select(static f => new DiagnosedFilter(
                f.Filter, f.IsDead, f.Rms, f.Largest, f.Spectrum.Low, f.Spectrum.Middle, f.Spectrum.High, f.Spectrum.Aliased))])
    {
    }

    public static IReadOnlyList<string> Columns { get; } =
        ["model", "filter", "dead", "rms", "largest_activation", "low", "middle", "high", "aliased"];

    public IEnumerable<IReadOnlyList<string>> Rows() => Each.Select(f => (IReadOnlyList<string>)
    [
        Model, Text(f.Filter), f.Dead ? "1" : "0", Text(f.Rms), f.Largest is { } largest ? Text(largest) : "", Text(f.Low), Text(f.Middle), Text(f.High),
        Text(f.Aliased),
    ]);

    private static string Text(IFormattable number) => number.ToString("G6", CultureInfo.InvariantCulture);
}

/// <summary>One filter.</summary>
internal sealed record DiagnosedFilter(
    int Filter, bool Dead, double Rms, float? Largest, double Low, double Middle, double High, double Aliased);
