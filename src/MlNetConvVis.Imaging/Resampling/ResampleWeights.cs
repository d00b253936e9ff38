namespace MlNetConvVis.Imaging.Resampling;

/// <summary>
/// For a range of output places along one axis: which input places each takes, and with what weight.
/// </summary>
/// <remarks>
/// Output place o lies at c = (o + 1/2) * s in the input, s = input size / output size. It takes the input places within
/// radius * max(s, 1) of c, weighted by filter((i + 1/2 - c) / max(s, 1)), normalised to sum 1 at the borders too. As in Pillow
/// (libImaging/Resample.c) the weights become whole numbers in units of 2^-22: a sum of at most 2^8 * 2^22 fits an int.
/// </remarks>
internal sealed class ResampleWeights
{
    /// <summary>Bits behind the point of a weight.</summary>
    public const int FractionBits = 22;

    private readonly int[] _first;
    private readonly int[] _count;
    private readonly int[] _weights;
    private readonly int _stride;

    /// <summary>Computes the weights of the output places [from, from + length).</summary>
    public ResampleWeights(int inputSize, int outputSize, ResampleFilter filter, int from, int length)
    {
        var scale = (double)inputSize / outputSize;
        var widening = Math.Max(scale, 1.0);
        var support = Radius(filter) * widening;
        _stride = ((int)Math.Ceiling(support) * 2) + 1;
        (_first, _count, _weights) = (new int[length], new int[length], new int[length * _stride]);
        var exact = new double[_stride];
        for (var i = 0; i < length; i++)
        {
            var centre = (from + i + 0.5) * scale;
            var first = Math.Max((int)(centre - support + 0.5), 0);
            var count = Math.Min((int)(centre + support + 0.5), inputSize) - first;
            var sum = 0.0;
            for (var k = 0; k < count; k++)
                sum += exact[k] = Weight(filter, (k + first - centre + 0.5) / widening);
            for (var k = 0; k < count; k++)
                _weights[(i * _stride) + k] = ToFixedPoint(exact[k] / sum);
            (_first[i], _count[i]) = (first, count);
        }
    }

    /// <summary>Gets the first input place any output place takes.</summary>
    public int Begin => _first[0];

    /// <summary>Gets the place behind the last one that any output place takes.</summary>
    public int End => _first[^1] + _count[^1];

    /// <summary>Gets the first input place that an output place takes.</summary>
    public int First(int index) => _first[index];

    /// <summary>Gets the weights of an output place, beginning at <see cref="First"/>.</summary>
    public ReadOnlySpan<int> Weights(int index) => _weights.AsSpan(index * _stride, _count[index]);

    private static int ToFixedPoint(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << FractionBits)));

    private static double Radius(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Bilinear => 1,
        ResampleFilter.Bicubic => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "Known filters: bilinear, bicubic."),
    };

    // Keys' cubic, a = -1/2: (a+2)|x|^3 - (a+3)x^2 + 1 within 1, a|x|^3 - 5a x^2 + 8a|x| - 4a within 2.
    private static double Weight(ResampleFilter filter, double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return filter switch
        {
            ResampleFilter.Bilinear => x < 1 ? 1 - x : 0,
            _ when x < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            _ when x < 2 => (((((x - 5) * x) + 8) * x) - 4) * a,
            _ => 0,
        };
    }
}
