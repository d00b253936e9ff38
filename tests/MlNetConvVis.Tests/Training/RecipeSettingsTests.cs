using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>Everything in a recipe by name, for the command line and YAML.</summary>
public class RecipeSettingsTests
{
    [Fact]
    public void What_a_setting_shows_it_takes_and_it_changes_nothing_else()
    {
        foreach (var setting in RecipeSettings.All)
        {
            foreach (var (from, to) in new[] { (TrainingOptions.Modern, TrainingOptions.Paper), (TrainingOptions.Paper, TrainingOptions.Modern) })
            {
                var changed = setting.Apply(from, setting.Value(to))!;
                Assert.Equal(setting.Value(to), setting.Value(changed));
                Assert.All(RecipeSettings.All.Where(s => s != setting), other => Assert.Equal(other.Value(from), other.Value(changed)));
            }

            Assert.Null(setting.Apply(TrainingOptions.Modern, "fast"));
        }

        var all = RecipeSettings.All.Aggregate(TrainingOptions.Modern, static (o, s) => s.Apply(o, s.Value(TrainingOptions.Paper))!);
        Assert.Equal(TrainingOptions.Paper.ToJson(), all.ToJson());      // so nothing of a recipe lacks a name
    }

    [Theory]
    [InlineData("epochs", "0", "a whole number from 1 to 100000")]
    [InlineData("momentum", "1", "a number from 0 to 0.9999")]
    [InlineData("filter-rms-limit", "-1", "a number from 0.000001 to 1000000, or none")]
    [InlineData("schedule", "cosinus", "constant, step, cosine, one-cycle or plateau")]
    [InlineData("keep-epochs", "1,,2", "epochs as whole numbers, separated by commas, or none")]
    [InlineData("flip", "yes", "true or false")]
    [InlineData("time-budget", "0", "a number of minutes above 0, or none")]
    public void Values_out_of_range_are_not_taken(string name, string value, string wanted)
    {
        var setting = RecipeSettings.All.Single(s => s.Name == name);
        Assert.Null(setting.Apply(TrainingOptions.Modern, value));
        Assert.Equal(wanted, setting.Wanted);
    }

    [Fact]
    public void A_section_begins_with_its_recipe_and_changes_what_it_names()
    {
        var options = Read("{ recipe: paper, epochs: 3, keep-epochs: [5, 1], patience: 2, filter-rms-limit: none, augment: { shift: 2, fill: edge } }");
        Assert.Equal((3, 128, 2, null), (options.Epochs, options.BatchSize, options.Patience, options.FilterRmsLimit));
        Assert.Equal([1, 5], options.KeptEpochs);
        Assert.Equal(TrainingOptions.Paper.LearningRate, options.LearningRate);
        Assert.Equal(TrainingOptions.Paper.Augmentation with { Shift = 2, Fill = FillMode.Edge }, options.Augmentation);
        Assert.Equal(Augmentation.None, Read("{ augment: none }").Augmentation);
        Assert.Equal(TrainingOptions.Modern.ToJson(), Read("{}").ToJson());
    }

    [Theory]
    [InlineData("{ epoch: 3 }", "r.yaml:1:10: 'train' knows no key 'epoch'. Did you mean 'epochs'?")]
    [InlineData("{ epochs: many }", "r.yaml:1:18: 'train.epochs' is 'many'; a whole number from 1 to 100000 was wanted.")]
    [InlineData("{ shift: 3 }", "r.yaml:1:10: 'train' knows no key 'shift'.")]
    [InlineData("{ augment: { shift: x } }", "r.yaml:1:28: 'train.augment.shift' is 'x'; a whole number from 0 to 1024 was wanted.")]
    [InlineData("{ augment: { epochs: 1 } }", "r.yaml:1:21: 'train.augment' knows no key 'epochs'.")]
    [InlineData("{ recipe: papr }", "r.yaml:1:18: 'train.recipe' is 'papr', which is not one of its choices. Did you mean 'paper'?")]
    public void Wrong_sections_are_refused_with_their_place(string section, string message) =>
        Assert.Contains(message, Assert.Throws<SpecException>(() => Read(section)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_papers_recipe_is_the_papers()
    {
        string Of(string name) => RecipeSettings.All.Single(s => s.Name == name).Value(TrainingOptions.Paper);
        Assert.Equal(["70", "128", "0.01", "plateau", "0.1", "0.9", "0", "0.1", "true"],
            new[] { "epochs", "batch", "learning-rate", "schedule", "factor", "momentum", "weight-decay", "filter-rms-limit", "flip" }.Select(Of));
    }

    [Fact]
    public void The_guide_lists_every_setting_with_the_papers_value_and_ours()
    {
        var guide = File.ReadAllText(Path.Combine(MlNetConvVis.Tests.Specs.SpecFile.RepositoryRoot(), "docs", "training.md"));
        foreach (var setting in RecipeSettings.All)
        {
            var row = $"| `{setting.Name}` | {setting.Value(TrainingOptions.Paper)} | {setting.Value(TrainingOptions.Modern)} |";
            Assert.Contains(row, guide, StringComparison.Ordinal);
        }
    }

    private static TrainingOptions Read(string section) => RecipeYaml.Read(YamlFile.Parse($"train: {section}", "r.yaml").Map("train"), TrainingOptions.Modern);
}
