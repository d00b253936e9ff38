namespace MlNetConvVis.Analysis;

/// <summary>A row of table 1 of Zeiler and Fergus (2013): mean change of sign and its deviation, for layers 5 and 7.</summary>
/// <param name="Part">The part that was masked.</param>
/// <param name="Layer5">The mean of layer 5.</param>
/// <param name="Deviation5">Its deviation.</param>
/// <param name="Layer7">The mean of layer 7.</param>
/// <param name="Deviation7">Its deviation.</param>
public sealed record PublishedCorrespondence(string Part, double Layer5, double Deviation5, double Layer7, double Deviation7)
{
    /// <summary>Gets the table.</summary>
    public static IReadOnlyList<PublishedCorrespondence> Table { get; } =
    [
        new("right eye", 0.067, 0.007, 0.069, 0.015), new("left eye", 0.069, 0.007, 0.068, 0.013), new("nose", 0.079, 0.017, 0.069, 0.011),
        new("random", 0.107, 0.017, 0.073, 0.014),
    ];
}
