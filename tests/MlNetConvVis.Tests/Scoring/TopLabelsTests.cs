using MlNetConvVis.Data;
using MlNetConvVis.Scoring;

namespace MlNetConvVis.Tests.Scoring;

public sealed class TopLabelsTests
{
    [Fact]
    public void Probabilities_are_a_softmax_of_the_scores()
    {
        // e^0 : e^1 : e^2 over their sum 11.107338
        var labels = TopLabels.Of([0, 2, 1], ["a", "b", "c"], 2)!;
        Assert.Equal([(1, "b"), (2, "c")], labels.Select(static l => (l.Class, l.Text)));
        Assert.Equal(0.66524096, labels[0].Probability, 1e-8);
        Assert.Equal(0.24472847, labels[1].Probability, 1e-8);
    }

    [Fact]
    public void The_strongest_are_those_that_sorting_gives()
    {
        var random = new SplitMix64(11);
        for (var turn = 0; turn < 200; turn++)
        {
            var scores = new float[1 + random.Below(30)];
            for (var i = 0; i < scores.Length; i++) scores[i] = random.Below(8);      // many are equal
            var most = 1 + random.Below(8);
            var expected = scores.Index().OrderByDescending(static s => s.Item).ThenBy(static s => s.Index).Take(most).Select(static s => s.Index);
            Assert.Equal(expected, TopLabels.Of(scores, null, most)!.Select(static l => l.Class));
        }
    }

    [Fact]
    public void Large_scores_do_not_overflow() => Assert.Equal(1, TopLabels.Of([3e38f, -3e38f], null, 1)![0].Probability);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scores_that_are_no_numbers_have_no_labels(float odd) => Assert.Null(TopLabels.Of([0, odd, 1], null, 1));

    [Theory]
    [InlineData("all", PictureRows.All, 0)]
    [InlineData("least:7", PictureRows.LeastCertain, 7)]
    [InlineData("class:3", PictureRows.PerClass, 3)]
    public void A_choice_of_pictures_is_read_and_written(string text, PictureRows rows, int count)
    {
        Assert.Equal(new PictureChoice(rows, count), PictureChoice.Parse(text));
        Assert.Equal(text, PictureChoice.Parse(text)!.Value.ToString());
    }

    [Theory]
    [InlineData("least")]
    [InlineData("least:0")]
    [InlineData("some:3")]
    public void What_is_no_choice_is_none(string text) => Assert.Null(PictureChoice.Parse(text));

    [Fact]
    public void The_least_certain_rows_are_chosen_and_broken_ones_never()
    {
        var rows = Rows(p: static i => 0.3 + (0.01 * (i * 7 % 40))).ToArray();
        var expected = rows.Where(static r => r.Error is null).OrderBy(static r => r.Labels[0].Probability).ThenBy(static r => r.Row).Take(5).Select(static r => r.Row).Order();
        Assert.Equal(expected, ScoreRun.Chosen(rows, new PictureChoice(PictureRows.LeastCertain, 5)));
    }

    [Fact]
    public void By_class_each_has_its_number_and_a_part_of_the_list_draws_the_same_lots()
    {
        var (rows, choice) = (Rows(static _ => 0.5).ToArray(), new PictureChoice(PictureRows.PerClass, 4));
        var chosen = ScoreRun.Chosen(rows, choice);
        Assert.All(chosen.GroupBy(r => rows[r].Labels[0].Class), static g => Assert.Equal(4, g.Count()));
        Assert.Equal(3, chosen.Select(r => rows[r].Labels[0].Class).Distinct().Count());
        var half = ScoreRun.Chosen(rows.Take(50), choice);
        Assert.Subset(half.ToHashSet(), chosen.Where(static r => r < 50).ToHashSet());
    }

    private static IEnumerable<ScoredRow> Rows(Func<int, double> p) => Enumerable.Range(0, 100).Select(i => i % 10 == 9
        ? new ScoredRow(i, $"{i}.png", null, [], "broken") : new ScoredRow(i, $"{i}.png", null, [new ScoredLabel(i % 3, null, p(i))]));
}
