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
    /// <summary>Gets what each output unit sees, first and last unit, where the formula does not say it exactly; last before first for none.</summary>
    public Func<long, (long First, long Last)>? Exact { get; init; }

    /// <summary>Unit u sees unit u.</summary>
    public static UnitMap Same(int input) => new(input);

    /// <summary>Every unit sees unit 0: the input is broadcast along the axis.</summary>
    public static UnitMap Broadcast(int input) => new(input, 0);

    /// <summary>Unit u sees one unit, or none for a negative one.</summary>
    public static UnitMap Picked(int input, Func<long, long> source) => new(input) { Exact = u => source(u) is >= 0 and var at ? (at, at) : (0, -1) };

    /// <summary>A window of a Conv or a pool.</summary>
    public static UnitMap Window(int input, WindowGeometry window, int a)
    {
        var (stride, dilation, pad, kernel, size) = (window.Strides[a], window.Dilations[a], window.PadsBegin[a], window.Kernel[a], window.InputSizes[a]);
        var extent = dilation * (kernel - 1);
        return new UnitMap(input, stride, -pad, extent - pad)
        {
            Exact = dilation == 1 ? null : u =>      // the first and the last element of the window that lie on the input
            {
                var start = (u * stride) - pad;
                var first = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
                var last = start + extent < size ? kernel - 1 : size - 1 - start < 0 ? -1 : (size - 1 - start) / dilation;
                return (start + (first * dilation), start + (last * dilation));
            },
        };
    }

    /// <summary>A window of a ConvTranspose: output unit p is reached from input unit i by element k where i*stride - pad + k*dilation = p.</summary>
    public static UnitMap Transposed(int input, WindowGeometry window, int a)
    {
        var (stride, dilation, pad, kernel, size) = (window.Strides[a], window.Dilations[a], window.PadsBegin[a], window.Kernel[a], window.OutputSizes[a]);
        var extent = dilation * (kernel - 1);
        return new UnitMap(input, 1, pad - extent, pad, stride)
        {
            Exact = p =>
            {
                var (first, last) = (size, -1L);
                for (var k = 0L; k < kernel; k++)
                {
                    if ((p + pad - (k * dilation)) % stride != 0) continue;
                    var i = (p + pad - (k * dilation)) / stride;
                    if (i >= 0 && i < size) (first, last) = (Math.Min(first, i), Math.Max(last, i));
                }

                return (first, last);
            },
        };
    }

    /// <summary>What an output unit sees of an input of some size.</summary>
    public (long First, long Last) Seen(long unit, long size)
    {
        if (Exact is not null) return Exact(unit);
        var (low, high) = ((unit * Step) + Low, (unit * Step) + High);
        return (Math.Max(0, -FloorDivided(-low, Divisor)), Math.Min(size - 1, FloorDivided(high, Divisor)));
    }

    private static long FloorDivided(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
