using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Tests.Transfer;

public class SplitMix64Tests
{
    [Fact]
    public void Numbers_are_those_of_the_reference_generator()
    {
        var random = new SplitMix64(1234567);    // first outputs of Vigna's splitmix64.c for this seed
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Every_number_below_the_limit_is_about_equally_likely()
    {
        var random = new SplitMix64(3);
        var counts = new int[7];
        for (var i = 0; i < 7000; i++) counts[random.Below(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 880, 1120));    // 1000 ± 4 standard deviations
    }

    [Fact]
    public void Shuffle_keeps_every_item_and_streams_differ()
    {
        int[] Shuffled(int stream)
        {
            var items = Enumerable.Range(0, 20).ToArray();
            new SplitMix64(5, stream).Shuffle(items.AsSpan());
            return items;
        }

        Assert.Equal(Enumerable.Range(0, 20), Shuffled(0).Order());
        Assert.Equal(Shuffled(0), Shuffled(0));
        Assert.NotEqual(Shuffled(0), Shuffled(1));
    }
}
