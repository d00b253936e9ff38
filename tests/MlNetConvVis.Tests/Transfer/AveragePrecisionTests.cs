using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public class AveragePrecisionTests
{
    [Theory]
    [InlineData("1010", 5.0 / 6, (6 + (5 * 2.0 / 3)) / 11)]       // precision 1 up to recall 0.5, then 2/3
    [InlineData("0110", 2.0 / 3, 2.0 / 3)]                        // 1/2 at the first, but 2/3 later: the higher one counts
    [InlineData("1111", 1, 1)]
    [InlineData("0001", 0.25, 0.25)]
    public void By_hand(string relevant, double allPoint, double elevenPoint)
    {
        float[] scores = [.. relevant.Select(static (_, i) => 1f / (i + 1))];
        bool[] marks = [.. relevant.Select(static c => c == '1')];
        Assert.Equal(allPoint, AveragePrecision.AllPoint(scores, marks), 1e-12);
        Assert.Equal(elevenPoint, AveragePrecision.ElevenPoint(scores, marks), 1e-12);
    }

    [Fact]
    public void The_order_of_items_does_not_matter() =>
        Assert.Equal(5.0 / 6, AveragePrecision.AllPoint([0.1f, 0.9f, 0.2f, 0.4f], [false, true, true, false]), 1e-12);

    [Fact]
    public void Nothing_relevant_has_no_precision() => Assert.Throws<ArgumentException>(() => AveragePrecision.AllPoint([1f], [false]));

    [Fact]
    public void Images_of_several_classes_are_ranked_for_each_and_doubtful_ones_left_out()
    {
        // three classes along three axes; every tenth image shows two
        var images = new List<RankedImage>();
        for (var i = 0; i < 60; i++)
        {
            int[] labels = i % 10 == 0 ? [i % 3, (i + 1) % 3] : [i % 3];
            var features = new float[4];
            foreach (var label in labels) features[label] = 3 + (i % 7 * 0.1f);
            features[3] = i % 5;
            images.Add(new RankedImage(features, labels, [], IsTest: i % 2 == 1));
        }

        // looks like class 0 and is not said to show it: only where it is doubtful it must not count against the class
        images.Add(new RankedImage(new[] { 9f, 0, 0, 0 }, [1], [0], IsTest: true));
        var protocol = new RankingProtocol { Head = new HeadOptions { L2 = 1e-2 } };
        var (result, head) = protocol.Run(images, ["a", "b", "c"], TestContext.Current.CancellationToken);
        Assert.Equal((30, 31, 3), (result.Trained, result.Tested, head.ClassNames.Count));
        Assert.Equal(1, result.Classes[0].AveragePrecision, 1e-9);
        Assert.True(result.Classes[1].AveragePrecision < 1);
        images[^1] = images[^1] with { Doubtful = [] };
        Assert.True(protocol.Run(images, ["a", "b", "c"], TestContext.Current.CancellationToken).Result.Classes[0].AveragePrecision < 1);
    }
}
