namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// Every choice that tools make differently on the way from a unit to the pixels, in one place. A preset fixes all of them
/// (<see cref="Of"/>); each can then be chosen alone: <c>ReversalOptions.Of("paper") with { Overlap = Overlap.Max }</c>.
/// </summary>
public sealed record ReversalOptions
{
    private ReversalOptions(string preset, ContrastNormalisation lrn, StartValue start) => (Preset, Lrn, Start) = (preset, lrn, start);

    /// <summary>Gets the preset, which decides what happens at rectifiers: <c>paper</c>, <c>guided</c> or <c>gradient</c>.</summary>
    public string Preset { get; private init; }

    /// <summary>Gets what happens where two overlapping pooling windows share one switch.</summary>
    /// <value>The default is <see cref="Overlap.Sum"/> under every preset.</value>
    public Overlap Overlap { get; init; } = Overlap.Sum;

    /// <summary>Gets how contrast normalisation (LRN) is undone.</summary>
    /// <value>The default is <see cref="ContrastNormalisation.Identity"/>; under <c>gradient</c> its derivative.</value>
    public ContrastNormalisation Lrn { get; init; }

    /// <summary>Gets what becomes of a convolution's bias.</summary>
    /// <value>The default is <see cref="BiasUse.None"/> under every preset.</value>
    public BiasUse Bias { get; init; } = BiasUse.None;

    /// <summary>Gets which values the projection keeps once it has reached the pixels.</summary>
    /// <value>The default is <see cref="PixelValues.All"/> under every preset.</value>
    public PixelValues Pixels { get; init; } = PixelValues.All;

    /// <summary>Gets what a projection starts from.</summary>
    /// <value>The default is <see cref="StartValue.Activation"/> under <c>paper</c> and <see cref="StartValue.One"/> otherwise.</value>
    public StartValue Start { get; init; }

    /// <summary>Gets the choices of a preset.</summary>
    /// <param name="preset">Its name: <c>paper</c>, <c>guided</c> or <c>gradient</c>.</param>
    /// <returns>The choices, to be changed with <c>with</c>.</returns>
    /// <exception cref="GraphException">No preset has that name.</exception>
    public static ReversalOptions Of(string preset)
    {
        var rules = ReversalRules.Named(preset);
        var lrn = rules == ReversalRules.Gradient ? ContrastNormalisation.Gradient : ContrastNormalisation.Identity;
        return new ReversalOptions(rules.Name, lrn, rules.StartsFrom);
    }

    /// <summary>Makes the table of rules.</summary>
    /// <returns>The preset's table with the rows changed that these choices change; the preset itself where they change none.</returns>
    public ReversalRuleSet ToRules()
    {
        var preset = ReversalRules.Named(Preset);
        return this == Of(Preset) ? preset : preset
            .With(Preset, ReversalRules.MaxPool(Overlap), ReversalRules.Lrn(Lrn == ContrastNormalisation.Identity), ReversalRules.Conv(Bias))
            .StartingFrom(Start)
            .KeepingPixels(Pixels);
    }

    /// <summary>Says the preset and what differs from it, such as "paper, overlap max, pixels rectified".</summary>
    /// <returns>The words of the command line.</returns>
    public string Summary()
    {
        var own = Of(Preset);
        (string Name, Enum Own, Enum Chosen)[] choices =
        [
            ("overlap", own.Overlap, Overlap), ("lrn", own.Lrn, Lrn), ("bias", own.Bias, Bias), ("pixels", own.Pixels, Pixels), ("start", own.Start, Start),
        ];
        return string.Join(", ", choices.Where(static c => !c.Own.Equals(c.Chosen)).Select(static c => $"{c.Name} {c.Chosen.ToString().ToLowerInvariant()}")
            .Prepend(Preset));
    }
}

/// <summary>How contrast normalisation (LRN) is undone.</summary>
public enum ContrastNormalisation
{
    /// <summary>
    /// It passes the signal on, as if it were not there: Zeiler and Fergus 2013 name no inverse, and the tools that follow them have none.
    /// </summary>
    Identity,

    /// <summary>Its true derivative, which mixes neighbouring channels (ONNX's LRN, differentiated).</summary>
    Gradient,
}

/// <summary>What becomes of a convolution's bias on the way back.</summary>
public enum BiasUse
{
    /// <summary>Nothing: filters alone are transposed (Zeiler and Fergus 2013, section 2.1).</summary>
    None,

    /// <summary>
    /// It is subtracted before the transposed filters, at the places where the signal is not zero, so that what the bias gave to an activation is
    /// not drawn as if the image had given it, and a projection stays inside its unit's field. A choice of FHainzl's implementation of the paper
    /// (2018), which subtracts everywhere. After batch normalisation was folded it is the folded convolution's bias. Signals become shifted, so
    /// the pass is no longer homogeneous.
    /// </summary>
    Subtract,
}

/// <summary>Which values a projection keeps at the pixels.</summary>
public enum PixelValues
{
    /// <summary>All, of both signs: the rectifier stands before the filters, so none follows the last ones (Zeiler and Fergus 2013, figure 1).</summary>
    All,

    /// <summary>
    /// Those above zero; the others become zero. For readers of "pass the reconstructed signal through a relu" (Zeiler and Fergus 2013, section
    /// 2.1) who rectify after every transposed convolution, the last one too, as FHainzl's implementation does (2018).
    /// </summary>
    Rectified,
}
