using System.Numerics;

namespace MlNetConvVis.Specs.Weights;

/// <summary>
/// Random numbers that are the same on every machine and in every version: xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64;
/// normal ones by Marsaglia's polar method with a logarithm of our own, since those of C libraries differ in the last bit.
/// </summary>
internal struct StableRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;
    private double _spare;
    private bool _hasSpare;

    /// <summary>Starts one of many independent streams.</summary>
    /// <param name="seed">The seed that all streams of a run share.</param>
    /// <param name="name">What the numbers are for.</param>
    /// <param name="part">Which part of it.</param>
    public StableRandom(long seed, string name, long part)
    {
        var state = Mixed((ulong)seed);
        foreach (var letter in name) state = Mixed(state ^ letter);
        state = Mixed(state ^ (ulong)part);
        (_a, _b, _c, _d) = (Next(ref state), Next(ref state), Next(ref state), Next(ref state));
    }

    /// <summary>Gets the next 64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Gets a number from a normal distribution with mean 0 and deviation 1.</summary>
    public double NextNormal()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        double u, v, square;
        do
        {
            (u, v) = (NextSymmetric(), NextSymmetric());
            square = (u * u) + (v * v);
        }
        while (square is >= 1 or 0);
        var factor = Math.Sqrt(-2 * Logarithm(square) / square);
        (_spare, _hasSpare) = (v * factor, true);
        return u * factor;
    }

    /// <summary>
    /// The natural logarithm of a positive normal number in basic arithmetic, which IEEE 754 defines to the bit: x = m * 2^e with m from sqrt(1/2) to
    /// sqrt(2), s = (m - 1) / (m + 1), ln m = 2 (s + s^3/3 + s^5/5 + …); |s| stays under 0.172, so the term of s^21 is below 1e-16 of the sum.
    /// </summary>
    internal static double Logarithm(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        var s = (mantissa - 1) / (mantissa + 1);
        var square = s * s;
        var sum = 1.0 / 21;
        for (var odd = 19; odd >= 1; odd -= 2) sum = (sum * square) + (1.0 / odd);
        return (exponent * 0.6931471805599453) + (2 * s * sum);
    }

    /// <summary>From -1 to 1, in steps of 2^-52.</summary>
    private double NextSymmetric() => ((NextBits() >> 11) * (1.0 / (1L << 52))) - 1;

    private static ulong Next(ref ulong state) => Finalized(state += 0x9E3779B97F4A7C15);

    private static ulong Mixed(ulong state) => Finalized(state + 0x9E3779B97F4A7C15);

    /// <summary>The output function of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Finalized(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
