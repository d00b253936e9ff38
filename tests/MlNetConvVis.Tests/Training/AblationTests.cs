using MlNetConvVis.Specs;
using MlNetConvVis.Tests.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public sealed class AblationTests : IDisposable
{
    private const double Exact = 1e-9;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_editions_of_table_3_are_read_and_its_claims_hold_for_the_published_errors()
    {
        foreach (var (file, side) in new[] { ("ablation", 224), ("ablation64", 64) })
        {
            var plan = AblationPlanReader.Read(Path.Combine(SpecFile.RepositoryRoot(), "models", file, "table3.yaml"));
            Assert.Equal(12, plan.Rows.Count);
            Assert.All(plan.Rows, r => Assert.Equal(side, r.Spec.Input.Width));
            Assert.Equal(12, plan.Rows.DistinctBy(static r => r.Spec.Name).Count());
            Assert.Equal(new AblationErrors(18.8, 37.5, 16.0), plan.Rows.Single(static r => r.Name == "zfnet-512-1024-512").Published);
            Assert.All(plan.Claims, c => Assert.True(c.Margin(name => plan.Rows.Single(r => r.Name == name).Published) > 0, c.Text));
        }
    }

    [Fact]
    public void A_margin_is_a_difference_of_errors_or_of_what_they_rose_by()
    {
        var errors = new Dictionary<string, AblationErrors> { ["all"] = new(10, 20, 5), ["a"] = new(12, 23, 6), ["b"] = new(11, 24, 9), ["ab"] = new(30, 40, null) };
        double? Margin(AblationClaim claim) => claim.Margin(errors.GetValueOrDefault);
        Assert.Equal(16, Margin(new("", "ab", ["a", "b"]))!.Value, Exact);
        Assert.Equal(40 - 20 - 3 - 4, Margin(new("", "ab", ["a", "b"], "all"))!.Value, Exact);
        Assert.Equal(-1, Margin(new("", "b", ["a"], Measure: AblationMeasure.Training))!.Value, Exact);
        Assert.Null(Margin(new("", "ab", ["a"], Measure: AblationMeasure.Top5)));
        Assert.Null(Margin(new("", "ab", ["missing"])));
    }

    [Fact]
    public void A_study_that_was_stopped_goes_on_and_finds_what_an_unbroken_one_finds()
    {
        var whole = Study().Run(In("whole"), static _ => TinyTraining.Set());
        using var stop = new CancellationTokenSource();
        var watch = new Watch(p =>
        {
            if (p is { Index: 1, Training: { Epoch: 3, Step: 2 } }) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Study().Run(In("cut"), static _ => TinyTraining.Set(), watch, stop.Token));

        var seen = new List<(int Row, int Epoch)>();
        var again = Study().Run(In("cut"), static _ => TinyTraining.Set(), new Watch(p =>
        {
            if (p.Training is { } t) seen.Add((p.Index, t.Epoch));
        }));
        Assert.Equal((1, 3), seen[0]);      // the first row is not trained again, the second from its checkpoint
        Assert.Equal(whole.Rows.Select(static r => r.Errors), again.Rows.Select(static r => r.Errors));
        Assert.Equal(whole.Claims.Select(static c => c.Margin), again.Claims.Select(static c => c.Margin));

        seen.Clear();
        Study().Run(In("cut"), static _ => TinyTraining.Set(), new Watch(p => Assert.Null(p.Training)));
    }

    [Fact]
    public void Errors_are_those_of_the_network_in_the_rows_folder()
    {
        var found = Study().Run(_folder.Path, static _ => TinyTraining.Set(perClass: 30, validation: 10));
        foreach (var row in found.Rows)
        {
            Assert.Equal(100 * (1 - row.Measurement!.Epochs[^1].ValidationAccuracy!.Value), row.Errors!.Top1, Exact);
            Assert.Null(row.Errors.Top5);
            Assert.True(File.Exists(Path.Combine(row.Folder, ConvNetTrainer.ModelFileName)));
        }

        Assert.NotEqual(found.Rows[0].Measurement!.Parameters, found.Rows[1].Measurement!.Parameters);
    }

    [Fact]
    public void Another_recipe_or_other_images_are_not_mixed_in()
    {
        Study().Run(_folder.Path, static _ => TinyTraining.Set());
        var other = new AblationStudy(Plan(), TinyTraining.Options with { Epochs = 5 });
        Assert.Contains("row.json' is of another", Assert.Throws<TrainingException>(() => other.Run(_folder.Path, static _ => TinyTraining.Set())).Message);
        Assert.Throws<TrainingException>(() => Study().Run(_folder.Path, static _ => TinyTraining.Set(seed: 2)));
        Assert.Contains("check with", Assert.Throws<TrainingException>(() => Study().Run(In("none"), static _ => TinyTraining.Set(validation: 0))).Message);
    }

    [Fact]
    public void A_row_that_diverges_leaves_its_claims_open_and_the_others_are_compared()
    {
        // Batch normalisation hides large weights until floats overflow; weight decay 1 at this rate multiplies them with about -100 a step.
        var wild = TinyTraining.Options with
        {
            Epochs = 40,
            WeightDecay = 1,
            LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Constant, Peak = 100 },
        };
        var found = new AblationStudy(Plan(), wild).Run(_folder.Path, static _ => TinyTraining.Set());
        Assert.Contains(found.Rows, static r => r.Problem is not null && r.Errors is null);
        Assert.Contains(found.Claims, static c => c.Passed is null);
    }

    [Fact]
    public void A_table_with_mistakes_is_refused_with_its_place()
    {
        File.WriteAllText(In("net.yaml"), TinyTraining.Network().Spec.SourceText!);
        void Refused(string table, string message)
        {
            File.WriteAllText(In("table.yaml"), table);
            Assert.Contains(message, Assert.Throws<SpecException>(() => AblationPlanReader.Read(In("table.yaml"))).Message);
        }

        Refused("rows: { a: { spec: missing.yaml } }", "There is no file");
        Refused("rows: { a: { spec: net.yaml, published: { training: 1, top-1: 101 } } }", "top-1");
        Refused("rows: { a: { spec: net.yaml } }\nclaims: [{ claim: x, worse: b, than: a }]", "worse");
        Refused("rows: { a: { spec: net.yaml, paper: 1 } }", "knows no key 'paper'");
        Refused("extends: table.yaml\nrows: { a: net.yaml }", "extends");
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private static AblationStudy Study() => new(Plan(), TinyTraining.Options);

    private static AblationPlan Plan()
    {
        var small = TinyTraining.Network().Spec;
        var wide = NetworkSpec.Parse(small.SourceText!.Replace("filters: 6", "filters: 9", StringComparison.Ordinal), "wide.yaml") with { Name = "wide" };
        return AblationPlan.Of([small, wide]) with { Claims = [new AblationClaim("More maps are better", "tiny", ["wide"])] };
    }

    private sealed class Watch(Action<AblationProgress> report) : IProgress<AblationProgress>
    {
        public void Report(AblationProgress value) => report(value);
    }
}
