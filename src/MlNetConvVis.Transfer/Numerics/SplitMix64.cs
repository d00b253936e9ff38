namespace MlNetConvVis.Transfer.Numerics;

/// <summary>The SplitMix64 generator: the same numbers from the same seed on every machine and .NET version.</summary>
/// <remarks>Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants as in Vigna's splitmix64.c.</remarks>
internal sealed class SplitMix64
{
    private const ulong Step = 0x9E3779B97F4A7C15UL;    // 2^64 / golden ratio, odd
    private ulong _state;

    public SplitMix64(ulong seed) => _state = seed;

    /// <summary>Starts an own stream for part number <paramref name="stream"/> of the work under <paramref name="seed"/>.</summary>
    public SplitMix64(ulong seed, int stream) => _state = unchecked(Mix(seed + Step) ^ Mix((ulong)stream * Step));

    public ulong Next() => Mix(unchecked(_state += Step));

    /// <summary>Draws from 0 to <paramref name="limit"/> - 1, each equally likely.</summary>
    /// <remarks>The high half of a 128-bit product; the few low halves that would favour small numbers are drawn again (Lemire 2019).</remarks>
    public int Below(int limit)
    {
        var range = (ulong)limit;
        var reject = unchecked(0UL - range) % range;
        while (true)
        {
            var high = Math.BigMul(Next(), range, out var low);
            if (low >= reject) return (int)high;
        }
    }

    /// <summary>Puts the items into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
