using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>A label of a map of labels.</summary>
/// <param name="Label">The class; null for all others together.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Places">At how many places it is the most probable.</param>
public sealed record LabelColour(int? Label, Rgb Colour, int Places);

/// <summary>Colours for the labels of a map: the most frequent ones get colours that can be told apart without full colour vision (Okabe and Ito 2008), the
/// rest is grey.</summary>
public static class LabelColours
{
    private static readonly Rgb[] s_colours =
    [
        new(0, 114, 178), new(230, 159, 0), new(0, 158, 115), new(213, 94, 0), new(204, 121, 167), new(86, 180, 233), new(240, 228, 66),
    ];

    private static readonly Rgb s_others = new(150, 150, 150);

    /// <summary>Chooses the colours.</summary>
    /// <param name="labels">The label of each place.</param>
    /// <returns>Most frequent first; of equally frequent ones the lower class.</returns>
    public static IReadOnlyList<LabelColour> Of(IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var counted = labels.GroupBy(static l => l).Select(static g => (Label: g.Key, Places: g.Count()))
            .OrderByDescending(static g => g.Places).ThenBy(static g => g.Label).ToArray();
        var own = counted.Take(s_colours.Length).Select(static (g, i) => new LabelColour(g.Label, s_colours[i], g.Places)).ToList();
        var others = counted.Skip(s_colours.Length).Sum(static g => g.Places);
        if (others > 0) own.Add(new LabelColour(null, s_others, others));
        return own;
    }
}
