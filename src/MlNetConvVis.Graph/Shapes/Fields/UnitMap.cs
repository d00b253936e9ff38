namespace MlNetConvVis.Graph.Shapes;

/// <summary>
/// How the units along one axis of an output see those along one axis of an input: unit u sees the units (u*Step + Low)/Divisor, rounded up, to
/// (u*Step + High)/Divisor, rounded down, as far as there are such.
/// </summary>
/// <param name="Input">The input's axis.</param>
/// <param name="Step">Input units, times the divisor, from one output unit to the next.</param>
/// <param name="Low">Where the first unit that output unit 0 sees lies, times the divisor.</param>
/// <param name="High">Where the last one lies, times the divisor.</param>
/// <param name="Divisor">More than 1 where the output is finer than the input.</param>
internal sealed record UnitMap(int Input, long Step = 1, long Low = 0, long High = 0, long Divisor = 1)
{
    /// <summary>Gets the input units that each output unit sees, where they do not follow each other or the formula does not say them exactly.</summary>
    public Func<long, IEnumerable<long>>? Exact { get; init; }

    /// <summary>Unit u sees unit u.</summary>
    public static UnitMap Same(int input) => new(input);

    /// <summary>Every unit sees unit 0: the input is broadcast along the axis.</summary>
    public static UnitMap Broadcast(int input) => new(input, 0);

    /// <summary>Unit u sees one unit, or none for a negative one.</summary>
    public static UnitMap Picked(int input, Func<long, long> source) => new(input) { Exact = u => source(u) is >= 0 and var at ? [at] : [] };

    /// <summary>A window of a Conv or a pool.</summary>
    public static UnitMap Window(int input, WindowGeometry window, int a)
    {
        var (stride, dilation, pad, kernel, size) = (window.Strides[a], window.Dilations[a], window.PadsBegin[a], window.Kernel[a], window.InputSizes[a]);
        var extent = dilation * (kernel - 1);
        return new UnitMap(input, stride, -pad, extent - pad)
        {
            Exact = dilation == 1 ? null : u =>
                Enumerable.Range(0, (int)kernel).Select(k => (u * stride) - pad + (k * dilation)).Where(at => at >= 0 && at < size),
        };
    }

    /// <summary>A window of a ConvTranspose: output unit p is reached from input unit i by element k where i*stride - pad + k*dilation = p.</summary>
    public static UnitMap Transposed(int input, WindowGeometry window, int a)
    {
        var (stride, dilation, pad, kernel, size) = (window.Strides[a], window.Dilations[a], window.PadsBegin[a], window.Kernel[a], window.OutputSizes[a]);
        var extent = dilation * (kernel - 1);
        return new UnitMap(input, 1, pad - extent, pad, stride)
        {
            Exact = p => Enumerable.Range(0, (int)kernel).Select(k => p + pad - (k * dilation)).Where(at => at >= 0 && at % stride == 0 && at / stride < size)
                .Select(at => at / stride),
        };
    }

    /// <summary>The first and the last unit that an output unit sees of an input of some size, by the formula.</summary>
    public (long First, long Last) Seen(long unit, long size)
    {
        var (low, high) = ((unit * Step) + Low, (unit * Step) + High);
        return (Math.Max(0, -FloorDivided(-low, Divisor)), Math.Min(size - 1, FloorDivided(high, Divisor)));
    }

    private static long FloorDivided(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
