namespace MlNetConvVis.Training;

/// <summary>What a setting's value is.</summary>
public enum RecipeValue
{
    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A real number.</summary>
    Real,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>One of some words.</summary>
    Choice,

    /// <summary>Something else, which only the setting itself can judge.</summary>
    Other,
}

/// <summary>One value of a recipe that can be set by name: <c>--name</c> on the command line, <c>name:</c> in YAML.</summary>
public sealed record RecipeSetting
{
    /// <summary>Gets the name, such as <c>weight-decay</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how help calls the value, such as <c>N</c>.</summary>
    public required string ValueName { get; init; }

    /// <summary>Gets what is wanted, such as "a whole number from 1 to 100000".</summary>
    public required string Wanted { get; init; }

    /// <summary>Gets what the setting does.</summary>
    public required string Description { get; init; }

    /// <summary>Gets what the value is.</summary>
    public required RecipeValue Form { get; init; }

    /// <summary>Gets the range of a number.</summary>
    public (double Least, double Most)? Range { get; init; }

    /// <summary>Gets the words of a choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Gets whether <c>none</c> is a value too.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Gets whether it stands under <c>augment</c> in YAML.</summary>
    public bool IsAugmentation { get; init; }

    /// <summary>Gets the value that options have, as <see cref="Apply"/> takes it.</summary>
    public required Func<TrainingOptions, string> Value { get; init; }

    /// <summary>Gets what sets the value: options and a text in, changed options out; null when the text is not what is wanted.</summary>
    public required Func<TrainingOptions, string, TrainingOptions?> Apply { get; init; }
}
