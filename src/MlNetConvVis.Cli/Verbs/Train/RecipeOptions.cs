using System.CommandLine;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs.Yaml;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>The recipe: which one, the seed, and one option for each setting; names, ranges and defaults are those of <see cref="RecipeSettings"/>.</summary>
/// <param name="section">What the 'training' section is of that holds where no recipe is named, such as "the spec".</param>
internal sealed class RecipeOptions(string section)
{
    private readonly ValueOption _recipe = new(
        "--recipe", "NAME", "modern or paper",
        "modern (cosine, label smoothing, varied pictures) or paper (Zeiler and Fergus 2013, section 3); " +
        $"default what {section} says under 'training', or modern");
    private readonly ValueOption _seed = new(
        "--seed", "N", "a whole number of 0 or more",
        "decides initial weights, order and variation: the same seed, the same network; default 0");
    private readonly (RecipeSetting Setting, ValueOption Option)[] _rows =
    [
        .. RecipeSettings.All.Select(static s =>
            (s, new ValueOption($"--{s.Name}", s.ValueName, s.Wanted, $"{s.Description}; {Defaults(s)}") { IsList = true })),
    ];

    public Option Recipe => _recipe;

    public Option Seed => _seed;

    public IEnumerable<Option> Settings => _rows.Select(static r => r.Option);

    /// <summary>What the file says under <c>training</c>, unless a recipe is named; then the options one by one.</summary>
    public TrainingOptions Given(Arguments given, YamlMap? training, SessionSettings session)
    {
        var options = given.Choice(_recipe, [.. RecipeSettings.Presets.Keys]) is { } name ? RecipeSettings.Presets[name]
            : training is not null ? RecipeYaml.Read(training, TrainingOptions.Modern) : TrainingOptions.Modern;
        foreach (var (setting, option) in _rows)
        {
            if (given.Items(option) is not { Count: > 0 } items) continue;
            var text = string.Join(',', items);
            options = setting.Apply(options, text) ?? throw Arguments.Wrong(option, text);
        }

        return (options with
        {
            Seed = (ulong)(given.Whole(_seed, 0) ?? 0),
            Device = session.Device,
            Threads = session.Threads,
            Note = session.Note,
        }).Checked();
    }

    private static string Defaults(RecipeSetting setting)
    {
        var (modern, paper) = (setting.Value(TrainingOptions.Modern), setting.Value(TrainingOptions.Paper));
        return modern == paper ? $"default {modern}" : $"default {modern} (paper: {paper})";
    }
}
