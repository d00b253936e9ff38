using System.CommandLine;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>How a network is run backwards: a preset, and every choice that can be made beside it.</summary>
internal sealed class RuleOptions
{
    private readonly ValueOption _rule = new(
        "--rule", "NAME", "paper, guided or gradient",
        "how to go back to pixels: paper (the deconvnet), guided (guided backpropagation) or gradient (the derivative); default paper");
    private readonly ValueOption _overlap = new(
        "--overlap", "HOW", "sum, last or max",
        "where two pooling windows have the same maximum: sum of both, last (the later overwrites) or max; default sum");
    private readonly ValueOption _lrn = new(
        "--lrn", "HOW", "identity or gradient",
        "contrast normalisation on the way back: identity (passed over) or gradient (its derivative); default identity, with --rule gradient the gradient");
    private readonly ValueOption _bias = new(
        "--bias", "HOW", "none or subtract",
        "the biases of convolutions on the way back: none (left out) or subtract (taken off before the transposed " +
            "filters, where the signal is not zero); default none");
    private readonly ValueOption _pixels = new(
        "--pixels", "WHICH", "all or rectified",
        "what is kept at the pixels: all values or rectified (those above zero); default all");
    private readonly ValueOption _start = new(
        "--start", "VALUE", "activation or one",
        "what to start from: activation (the unit's own) or one; default activation with paper, one otherwise");

    public IEnumerable<Option> All => [_rule, _overlap, _lrn, _bias, _pixels, _start];

    /// <summary>Gets whether somebody chose what projections start from.</summary>
    public bool HasStart(Arguments given) => given.Has(_start);

    /// <summary>Gets the preset with what was chosen beside it.</summary>
    public ReversalOptions Given(Arguments given)
    {
        var preset = ReversalOptions.Of(given.Choice(_rule, [.. ReversalRules.Presets.Select(static p => p.Name)]) ?? ReversalRules.Paper.Name);
        return preset with
        {
            Overlap = Choice<Overlap>(given, _overlap) ?? preset.Overlap,
            Lrn = Choice<ContrastNormalisation>(given, _lrn) ?? preset.Lrn,
            Bias = Choice<BiasUse>(given, _bias) ?? preset.Bias,
            Pixels = Choice<PixelValues>(given, _pixels) ?? preset.Pixels,
            Start = Choice<StartValue>(given, _start) ?? preset.Start,
        };
    }

    private static T? Choice<T>(Arguments given, ValueOption option)
        where T : struct, Enum =>
        given.Choice(option, [.. Enum.GetNames<T>().Select(static n => n.ToLowerInvariant())]) is { } name ? Enum.Parse<T>(name, ignoreCase: true) : null;
}

/// <summary>The rules as <c>--json</c> says them, in the words of the options.</summary>
internal sealed record RuleWords(string Rule, string Overlap, string Lrn, string Bias, string Pixels, string Start)
{
    public static RuleWords Of(ReversalOptions o) => new(o.Preset, Word(o.Overlap), Word(o.Lrn), Word(o.Bias), Word(o.Pixels), Word(o.Start));

    private static string Word<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();
}
