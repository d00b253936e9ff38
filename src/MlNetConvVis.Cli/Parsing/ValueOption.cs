using System.CommandLine;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>
/// An option with a value. Its values are taken as text; <see cref="Arguments"/> checks them, so that every refusal has our wording.
/// </summary>
internal sealed class ValueOption : Option<string[]>
{
    /// <param name="name">The name with its dashes.</param>
    /// <param name="value">How help calls the value, such as <c>FILE</c>.</param>
    /// <param name="wanted">What messages say was wanted, such as "an ONNX file".</param>
    /// <param name="description">What the option does, with its default.</param>
    /// <param name="aliases">Other names that mean the same; help does not show them.</param>
    public ValueOption(string name, string value, string wanted, string description, params string[] aliases)
        : base(name, aliases)
    {
        (HelpName, Wanted, Description) = (value, wanted, description);
        Arity = ArgumentArity.ZeroOrMore;
    }

    public string Wanted { get; }

    /// <summary>Gets whether it may come more than once.</summary>
    public bool IsList { get; init; }

    /// <summary>Gets whether the verb cannot do without it.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>An option without a value.</summary>
internal sealed class FlagOption : Option<bool>
{
    public FlagOption(string name, string description, params string[] aliases)
        : base(name, aliases) => (Description, Arity) = (description, ArgumentArity.Zero);
}
