using System.CommandLine;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>One option for each setting of a recipe; names, ranges and defaults are those of <see cref="RecipeSettings"/>.</summary>
internal sealed class RecipeOptions
{
    private readonly (RecipeSetting Setting, ValueOption Option)[] _rows =
    [
        .. RecipeSettings.All.Select(static s =>
            (s, new ValueOption($"--{s.Name}", s.ValueName, s.Wanted, $"{s.Description}; {Defaults(s)}") { IsList = true })),
    ];

    public IEnumerable<Option> All => _rows.Select(static r => r.Option);

    /// <summary>Changes what was given.</summary>
    public TrainingOptions Apply(Arguments given, TrainingOptions options)
    {
        foreach (var (setting, option) in _rows)
        {
            if (given.Items(option) is not { Count: > 0 } items) continue;
            var text = string.Join(',', items);
            options = setting.Apply(options, text) ?? throw Arguments.Wrong(option, text);
        }

        return options;
    }

    private static string Defaults(RecipeSetting setting)
    {
        var (modern, paper) = (setting.Value(TrainingOptions.Modern), setting.Value(TrainingOptions.Paper));
        return modern == paper ? $"default {modern}" : $"default {modern} (paper: {paper})";
    }
}
