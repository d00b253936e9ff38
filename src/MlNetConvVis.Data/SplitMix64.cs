namespace MlNetConvVis.Data;

/// <summary>
/// Random numbers that are the same on every machine and with every version of .NET: Steele, Lea, Flood 2014, "Fast splittable pseudorandom
/// number generators", with the constants of Vigna's splitmix64.c.
/// </summary>
/// <param name="seed">Where to begin; equal seeds give equal numbers.</param>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Gives the next 64 random bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Gives a number from 0 up to, not including, a bound, each equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);

        // The top 2^64 mod bound values would favour small numbers: draw again.
        var surplus = (ulong.MaxValue % (ulong)bound) + 1;
        var limit = surplus == (ulong)bound ? ulong.MaxValue : ulong.MaxValue - surplus;
        ulong draw;
        do
            draw = Next();
        while (draw > limit);
        return (int)(draw % (ulong)bound);
    }

    /// <summary>Shuffles in place (Fisher-Yates, from the end).</summary>
    /// <typeparam name="T">Anything.</typeparam>
    /// <param name="items">What to shuffle.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
