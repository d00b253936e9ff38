using MlNetConvVis.Bench;

namespace MlNetConvVis.Tests.Bench;

public sealed class PairsTests
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3.0)]
    [InlineData(new[] { 5.0, 1.0, 3.0 }, 3.0)]
    [InlineData(new[] { 9.0, 1.0, 4.0, 2.0 }, 3.0)]
    public void The_median_is_the_middle_in_any_order(double[] values, double expected) => Assert.Equal(expected, Pairs.Median(values));

    [Fact]
    public void Nothing_has_no_median() => Assert.Throws<ArgumentException>(static () => Pairs.Median([]));

    [Fact]
    public void The_ratio_is_above_one_where_ours_is_faster() => Assert.Equal(2, new Pairs([1, 1, 1], [2, 2, 2]).Ratio);

    [Fact]
    public void A_disturbance_of_both_sides_of_a_pair_leaves_the_ratio()
    {
        // The second pair fell into a busy moment. The ratio of the medians would be 4 / 3; of the pairs, two say 2.
        var pairs = new Pairs([1, 20, 3], [2, 40, 4]);
        Assert.Equal(2, pairs.Ratio);
        Assert.Equal(2, pairs.RatioOfFastest);
        Assert.Equal((4 / 3.0, 2), pairs.Spread);
    }

    [Fact]
    public void Without_a_peer_there_is_no_ratio()
    {
        var alone = new Pairs([1, 2], []);
        Assert.Null(alone.Ratio);
        Assert.Null(alone.RatioOfFastest);
        Assert.Null(alone.Spread);
    }

    [Fact]
    public void Times_that_make_no_pairs_are_refused() => Assert.Throws<InvalidOperationException>(static () => new Pairs([1, 2], [1]).Ratio);
}
