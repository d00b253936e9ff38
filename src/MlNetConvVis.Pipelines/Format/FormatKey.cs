namespace MlNetConvVis.Pipelines.Format;

/// <summary>What stands behind a key of a pipeline file.</summary>
internal enum FormatType
{
    Text,
    Whole,
    Number,
    Flag,
    Choice,
    Texts,
    Wholes,
    Choices,
    Section,

    /// <summary>Anything; the reader judges.</summary>
    Any,
}

/// <summary>A key of a pipeline file: its name, what stands behind it, and what it is about.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">What stands behind it.</param>
/// <param name="About">What it is about, with its default.</param>
internal sealed record FormatKey(string Name, FormatType Type, string About)
{
    public bool IsRequired { get; init; }

    /// <summary>Gets the least number; of a list, the least of its numbers.</summary>
    public double? Least { get; init; }

    public double? Most { get; init; }

    /// <summary>Gets whether <c>none</c> may stand in place of the number.</summary>
    public bool CanBeNone { get; init; }

    /// <summary>Gets the fewest entries of a list.</summary>
    public int? Fewest { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    public FormatSection? Section { get; init; }
}

/// <summary>A section of a pipeline file: its keys, in the order a stranger would want to read them.</summary>
/// <param name="Keys">The keys.</param>
internal sealed record FormatSection(IReadOnlyList<FormatKey> Keys)
{
    public IReadOnlyCollection<string> Names => [.. Keys.Select(static k => k.Name)];
}
