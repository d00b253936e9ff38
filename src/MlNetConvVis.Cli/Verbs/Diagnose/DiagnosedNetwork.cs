using System.Globalization;
using System.Text.Json.Serialization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;

namespace MlNetConvVis.Cli.Verbs.Diagnose;

/// <summary>What <c>diagnose --json</c> says of one network.</summary>
internal sealed record DiagnosedNetwork(
    string Model, string Layer, int Filters, int[] Kernel, int[] Stride, int Photos, int Dead, int AtLimit, double Dominance,
    double Low, double Middle, double High, double ExtremelyHigh, double Aliased, IReadOnlyList<DiagnosedFilter> Each)
{
    public DiagnosedNetwork(string model, string title, FirstLayerDiagnosis found, double limit)
        : this(model, found.Layer, found.Filters.Count, [found.Kernel.Rows, found.Kernel.Columns], [found.Stride.Y, found.Stride.X], found.Photos, found.Dead,
            found.AtLimit(limit), found.Dominance, found.Low, found.Middle, found.High, found.ExtremelyHigh, found.Aliased,
            [.. found.Filters.Select(static f => new DiagnosedFilter(
                f.Filter, f.IsDead, f.Rms, f.Largest, f.Spectrum.Low, f.Spectrum.Middle, f.Spectrum.High, f.Spectrum.Aliased))]) =>
        Title = title;

    /// <summary>Gets what it is called beside the other.</summary>
    [JsonIgnore]
    public string Title { get; } = Path.GetFileName(Model);

    public static IReadOnlyList<string> Columns { get; } =
        ["model", "filter", "dead", "rms", "largest_activation", "low", "middle", "high", "aliased"];

    public IEnumerable<IReadOnlyList<string>> Rows() => Each.Select(f => (IReadOnlyList<string>)
    [
        Model, Text(f.Filter), f.Dead ? "1" : "0", Text(f.Rms), f.Largest is { } largest ? Text(largest) : "", Text(f.Low), Text(f.Middle), Text(f.High),
        Text(f.Aliased),
    ]);

    /// <summary>The table of all networks: a line's name, then a value for each.</summary>
    public static IEnumerable<IReadOnlyList<string>> Lines(IReadOnlyList<DiagnosedNetwork> found, double limit)
    {
        IReadOnlyList<string> Line(string what, Func<DiagnosedNetwork, string> value) => [what, .. found.Select(value)];
        yield return Line("filters", static n => string.Create(CultureInfo.InvariantCulture, $"{n.Filters} of {n.Kernel[0]}x{n.Kernel[1]}, steps of {n.Stride[0]}"));
        yield return Line(found[0].Photos > 0 ? $"dead (in {Counted.Of(found[0].Photos, "photo")})" : "dead (all weights zero)", static n => Whole(n.Dead));
        yield return Line(
            string.Create(CultureInfo.InvariantCulture, $"at or above the limit of {limit:0.###} (root mean square)"), static n => Whole(n.AtLimit));
        yield return Line("strongest filter beside the middle one", static n => string.Create(CultureInfo.InvariantCulture, $"{n.Dominance:0.0} times"));
        yield return Line("energy at low frequencies", static n => Percent(n.Low));
        yield return Line("energy at middle frequencies", static n => Percent(n.Middle));
        yield return Line("energy at high frequencies", static n => Percent(n.High));
        yield return Line("filters that are mostly high frequencies", static n => Percent(n.ExtremelyHigh));
        yield return Line("energy that aliases", static n => Percent(n.Aliased));
    }

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Text(IFormattable number) => number.ToString("G6", CultureInfo.InvariantCulture);
}

/// <summary>One filter.</summary>
internal sealed record DiagnosedFilter(
    int Filter, bool Dead, double Rms, float? Largest, double Low, double Middle, double High, double Aliased);
