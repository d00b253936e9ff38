using MlNetConvVis.Data;

namespace MlNetConvVis.Training;

/// <summary>Random numbers for one purpose, derived from the run's seed: the same whatever else was drawn before, and by whichever thread.</summary>
internal static class SeededRandom
{
    public const ulong Order = 1;
    public const ulong Picture = 2;
    public const ulong Dropout = 3;

    /// <summary>Starts the numbers of a purpose, an epoch and an item: each key is mixed in by one round of SplitMix64.</summary>
    public static SplitMix64 For(ulong seed, ulong purpose, ulong epoch, ulong item = 0)
    {
        var state = seed;
        foreach (var key in (ReadOnlySpan<ulong>)[purpose, epoch, item]) state = new SplitMix64(state ^ (key * 0xD1342543DE82EF95)).Next();
        return new SplitMix64(state);
    }

    /// <summary>Gives a number from 0 up to, not including, 1, in steps of 2^-24.</summary>
    public static float Unit(this SplitMix64 random) => (random.Next() >> 40) * (1f / (1 << 24));

    /// <summary>Gives a number from -1 up to, not including, 1.</summary>
    public static float Signed(this SplitMix64 random) => (2 * random.Unit()) - 1;
}
