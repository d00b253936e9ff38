using System.Numerics;

namespace MlNetConvVis.Analysis;

/// <summary>How the energy of a filter spreads over spatial frequencies; shares of 1, all zero for a filter of zeros.</summary>
/// <param name="Low">Below 1/8 of a cycle a pixel, measured from the centre of the plane of frequencies: even colour and slow changes.</param>
/// <param name="Middle">From 1/8 to 1/4.</param>
/// <param name="High">Above 1/4: patterns of less than four pixels.</param>
/// <param name="Aliased">Above what maps taken every stride pixels can carry, 1/(2 stride) in either direction: it comes out as a false, lower
/// frequency.</param>
public sealed record FilterSpectrum(double Low, double Middle, double High, double Aliased)
{
    private const int SmallestGrid = 32;

    /// <summary>Works it out by the discrete Fourier transform of the filter, filled up with zeros to at least 32 x 32, summed over channels.</summary>
    /// <param name="filter">[channels, rows, columns].</param>
    /// <param name="rows">Rows of the kernel.</param>
    /// <param name="columns">Columns of the kernel.</param>
    /// <param name="stride">The steps of the convolution, down and across.</param>
    /// <returns>The shares.</returns>
    public static FilterSpectrum Of(ReadOnlySpan<float> filter, int rows, int columns, (int Y, int X) stride)
    {
        var grid = Math.Max(SmallestGrid, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(rows, columns)));
        var (turns, power) = (Turns(grid), new double[grid * grid]);
        for (var at = 0; at < filter.Length; at += rows * columns) AddPower(filter.Slice(at, rows * columns), columns, turns, power);
        var total = power.Sum();
        return total == 0 ? new FilterSpectrum(0, 0, 0, 0) : Shares(power, grid, stride, total);
    }

    private static FilterSpectrum Shares(double[] power, int grid, (int Y, int X) stride, double total)
    {
        double low = 0, middle = 0, high = 0, aliased = 0;
        for (var i = 0; i < power.Length; i++)
        {
            var (y, x) = (Frequency(i / grid, grid), Frequency(i % grid, grid));
            var radius = Math.Sqrt((y * y) + (x * x));
            if (radius < 1.0 / 8) low += power[i];
            else if (radius <= 1.0 / 4) middle += power[i];
            else high += power[i];
            if (y > 0.5 / stride.Y || x > 0.5 / stride.X) aliased += power[i];
        }

        return new FilterSpectrum(low / total, middle / total, high / total, aliased / total);
    }

    /// <summary>Cycles a pixel, without sign: 0 to 1/2.</summary>
    private static double Frequency(int index, int grid) => Math.Min(index, grid - index) / (double)grid;

    private static Complex[] Turns(int grid) => [.. Enumerable.Range(0, grid).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / grid))];

    /// <summary>Row by row, then column by column.</summary>
    private static void AddPower(ReadOnlySpan<float> plane, int columns, Complex[] turns, double[] power)
    {
        var (grid, rows) = (turns.Length, plane.Length / columns);
        var ofRows = new Complex[rows * grid];
        for (var y = 0; y < rows; y++)
        {
            for (var k = 0; k < grid; k++)
            {
                for (var x = 0; x < columns; x++) ofRows[(y * grid) + k] += plane[(y * columns) + x] * turns[k * x % grid];
            }
        }

        for (var i = 0; i < power.Length; i++)
        {
            var sum = Complex.Zero;
            for (var y = 0; y < rows; y++) sum += ofRows[(y * grid) + (i % grid)] * turns[i / grid * y % grid];
            power[i] += (sum.Real * sum.Real) + (sum.Imaginary * sum.Imaginary);
        }
    }
}
