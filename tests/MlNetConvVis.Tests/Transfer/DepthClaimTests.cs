using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

/// <summary>The claim judged on the paper's own table 7.</summary>
public class DepthClaimTests
{
    [Fact]
    public void The_papers_rows_pass_and_the_margin_is_at_the_layer_that_falls()
    {
        var claim = Claim((44.8, 0.7), (66.2, 0.5), (72.3, 0.4), (76.6, 0.4), (86.2, 0.8), (85.5, 0.4));
        Assert.True(claim.Passed);
        Assert.Equal("layer 6", claim.WorstLayer);
        Assert.Equal(0.005, claim.Margin, 1e-9);      // 85.5 - 86.2 + 0.8 + 0.4
        Assert.Equal(0.407, claim.Gain, 1e-9);
        Assert.Contains("passed (margin +0.5 points at 'layer 6'", claim.Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_falls_further_fails_it_and_so_does_no_gain()
    {
        Assert.False(Claim((50, 0.5), (60, 0.5), (55, 0.5), (70, 0.5)).Passed);
        Assert.False(Claim((50, 1), (51, 1)).Passed);
        Assert.Throws<ArgumentException>(() => Claim((50, 1)));
    }

    private static DepthClaim Claim(params (double Accuracy, double Deviation)[] rows) => DepthClaim.Of(HeadKind.Svm,
        [.. rows.Select(static (r, i) => new DepthRow(HeadKind.Svm, $"layer {i + 1}", "", 1, r.Accuracy / 100, r.Deviation / 100))]);
}
