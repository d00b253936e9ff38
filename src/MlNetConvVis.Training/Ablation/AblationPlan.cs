using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Training;

/// <summary>What an ablation trains: variations of a network, and what is claimed of their errors, as in table 3 of Zeiler and Fergus (2013).</summary>
/// <param name="Title">What the table shows.</param>
/// <param name="Rows">The networks, in the order of the table.</param>
/// <param name="Claims">What their errors should show.</param>
/// <param name="Training">The recipe of all rows where a caller does not give one: the <c>training</c> section as it stands in the file; null for none.</param>
public sealed record AblationPlan(string Title, IReadOnlyList<AblationRow> Rows, IReadOnlyList<AblationClaim> Claims, YamlMap? Training = null)
{
    /// <summary>Makes a plan of specs alone, each called by its network's name, without claims.</summary>
    /// <param name="specs">The specs.</param>
    /// <exception cref="TrainingException">Two specs have the same name.</exception>
    public static AblationPlan Of(IReadOnlyList<NetworkSpec> specs)
    {
        ArgumentNullException.ThrowIfNull(specs);
        return specs.CountBy(static s => s.Name).FirstOrDefault(static c => c.Value > 1) is { Key: { } twice }
            ? throw new TrainingException($"Two specs are called '{twice}'; rows of a table need names of their own ('name' in the spec).")
            : new AblationPlan("Ablation", [.. specs.Select(static s => new AblationRow(s.Name, s.Name, s, null))], []);
    }
}

/// <summary>A network of an ablation.</summary>
/// <param name="Name">What claims and folders call it.</param>
/// <param name="Title">What the table calls it.</param>
/// <param name="Spec">The network.</param>
/// <param name="Published">The errors that were published of it; null where there are none.</param>
public sealed record AblationRow(string Name, string Title, NetworkSpec Spec, AblationErrors? Published);

/// <summary>The errors of a network, in percent.</summary>
/// <param name="Training">How many of the images it was trained on are not recognised, taken as they are.</param>
/// <param name="Top1">How many of the images kept for checking are not recognised.</param>
/// <param name="Top5">For how many of them the true class is not among the five strongest; null for five classes or fewer.</param>
public sealed record AblationErrors(double Training, double Top1, double? Top5)
{
    /// <summary>Gets one of the errors.</summary>
    internal double? Of(AblationMeasure measure) => measure switch
    {
        AblationMeasure.Training => Training,
        AblationMeasure.Top5 => Top5,
        _ => Top1,
    };
}

/// <summary>An error that a claim is about.</summary>
public enum AblationMeasure
{
    /// <summary>On the images kept for checking, the strongest class.</summary>
    Top1,

    /// <summary>On the images kept for checking, the five strongest classes.</summary>
    Top5,

    /// <summary>On the images that were trained on.</summary>
    Training,
}

/// <summary>Something that errors should show.</summary>
/// <param name="Text">The claim in words.</param>
/// <param name="Worse">The row whose error should be the higher one.</param>
/// <param name="Than">The rows that it is compared with.</param>
/// <param name="From">Where given, what is compared is not errors but what they rose by from this row: that of <paramref name="Worse"/> with that of all
/// of <paramref name="Than"/> together.</param>
/// <param name="Measure">Which error.</param>
public sealed record AblationClaim(
    string Text, string Worse, IReadOnlyList<string> Than, string? From = null, AblationMeasure Measure = AblationMeasure.Top1)
{
    /// <summary>Works out by how much the claim holds.</summary>
    /// <param name="errors">The errors of a row by its name; null where it has none.</param>
    /// <returns>In percentage points; above 0 where it holds; null where an error is missing.</returns>
    public double? Margin(Func<string, AblationErrors?> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        double? Error(string row) => errors(row)?.Of(Measure);
        if (Error(Worse) is not { } worse) return null;
        double?[] others = [.. Than.Select(Error)];
        if (others.Any(static o => o is null)) return null;
        if (From is null) return worse - others.Max();
        return Error(From) is { } start ? worse - start - others.Sum(o => o!.Value - start) : null;
    }
}
