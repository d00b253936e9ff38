using System.Globalization;

namespace MlNetConvVis.Reports.Charts;

/// <summary>Where values of an axis lie on paper, and which of them are marked.</summary>
internal sealed class ChartScale
{
    private const double Largest = 1e100;    // keeps every difference finite
    private readonly double _start;
    private readonly double _end;
    private readonly bool _isPercent;
    private readonly int _decimals;

    /// <summary>Lays values over the stretch from <paramref name="start"/> to <paramref name="end"/>.</summary>
    /// <param name="axis">What the caller wants of the axis.</param>
    /// <param name="values">All values that must be seen; may be empty.</param>
    /// <param name="start">Where the smallest value lies, in drawing units.</param>
    /// <param name="end">Where the largest lies; may be less than <paramref name="start"/>.</param>
    /// <param name="tickCount">About how many round numbers are marked.</param>
    /// <param name="rounded">Whether the ends are moved out to round numbers.</param>
    public ChartScale(ChartAxis axis, IEnumerable<double> values, double start, double end, int tickCount, bool rounded)
    {
        (_start, _end, _isPercent) = (start, end, axis.IsPercent);
        var seen = values.Concat(axis.Ticks).ToArray();
        (From, To) = Ends(axis, seen);
        var step = RoundStep((To - From) / tickCount);
        if (rounded)
        {
            From = axis.From ?? Math.Floor((From / step) + 1e-9) * step;
            To = axis.To ?? Math.Ceiling((To / step) - 1e-9) * step;
        }
        Ticks = axis.Ticks.Count > 0 ? [.. axis.Ticks.Where(tick => tick >= From && tick <= To)] : RoundNumbers(From, To, step);
        var finest = axis.Ticks.Count > 0 ? Finest(axis.Ticks) : step;
        _decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(finest * (axis.IsPercent ? 100 : 1)) - 1e-9), 0, 12);
    }

    public double From { get; }

    public double To { get; }

    public IReadOnlyList<double> Ticks { get; }

    public double Place(double value) => _start + ((value - From) / (To - From) * (_end - _start));

    public string TickLabel(double value) => Format(value, _decimals);

    /// <summary>Gets a value as it is told on hover: two digits finer than the ticks.</summary>
    public string ValueLabel(double value) => Format(value, _decimals + (_isPercent ? 1 : 2), trim: true);

    /// <summary>Refuses a number that has no place on an axis.</summary>
    public static void ThrowIfNotDrawable(double value, string what)
    {
        if (!(Math.Abs(value) <= Largest))
        {
            throw new ArgumentException(
                $"{what} is {value.ToString(CultureInfo.InvariantCulture)}; a chart takes finite numbers up to 1e100. Leave the point out.");
        }
    }

    private static (double From, double To) Ends(ChartAxis axis, double[] seen)
    {
        var from = axis.From ?? (seen.Length > 0 ? seen.Min() : axis.To - 1 ?? 0);
        var to = axis.To ?? (seen.Length > 0 ? Math.Max(seen.Max(), from) : from + 1);
        if (from > to) throw new ArgumentException($"The axis '{axis.Label}' runs from {from} to {to}; it must end above its start.");
        if (to - from > 1e-9 * Math.Max(Math.Abs(from), Math.Abs(to))) return (from, to);
        // a single value: room on both sides, as far as the caller has not fixed an end
        var room = from == 0 ? 1 : 0.1 * Math.Abs(from);
        return (axis.From is null ? from - room : from, axis.To is null || axis.From is not null ? to + room : to);
    }

    /// <summary>Gets the number 1, 2 or 5 times a power of ten next above a step.</summary>
    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { <= 1.000001 => 1, <= 2.000001 => 2, <= 5.000001 => 5, _ => 10 } * power;
    }

    private static double[] RoundNumbers(double from, double to, double step)
    {
        var first = Math.Ceiling((from / step) - 1e-9);
        var count = (int)(Math.Floor((to / step) + 1e-9) - first) + 1;
        return [.. Enumerable.Range(0, count).Select(i => (first + i) * step)];
    }

    /// <summary>Gets a power of ten that tells the caller's ticks apart.</summary>
    private static double Finest(IReadOnlyList<double> ticks)
    {
        var finest = 1.0;
        while (finest > 1e-6 && ticks.Any(tick => Math.Abs((tick / finest) - Math.Round(tick / finest)) > 1e-6)) finest /= 10;
        return finest;
    }

    private string Format(double value, int decimals, bool trim = false)
    {
        var shown = _isPercent ? 100 * value : value;
        var digits = new string(trim ? '#' : '0', decimals);
        var text = shown != 0 && (Math.Abs(shown) >= 1e6 || Math.Abs(shown) < 1e-5)
            ? shown.ToString("0.##e0", CultureInfo.InvariantCulture)
            : shown.ToString(digits.Length > 0 ? "0." + digits : "0", CultureInfo.InvariantCulture);
        if (text == "-0") text = "0";
        return _isPercent ? text + " %" : text.Replace("-", "−", StringComparison.Ordinal);
    }
}
