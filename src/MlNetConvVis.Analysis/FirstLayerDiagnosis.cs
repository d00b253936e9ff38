using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>One filter of the first convolution.</summary>
/// <param name="Filter">Its number.</param>
/// <param name="Rms">The root mean square of its weights, as the paper's limit of 0.1 counts it.</param>
/// <param name="Spectrum">Its frequencies.</param>
/// <param name="Largest">The largest activation of its map over all photos; null where none were looked at.</param>
public sealed record FilterDiagnosis(int Filter, double Rms, FilterSpectrum Spectrum, float? Largest)
{
    /// <summary>Gets whether the map was never active (above zero) in any photo; a filter of zeros is dead without photos too.</summary>
    public bool IsDead => Rms == 0 || Largest <= 0;
}

/// <summary>
/// What is wrong with a first convolution: the reading of figure 6 and section 4.1 of Zeiler and Fergus (2013) in numbers. Theirs of 11 x 11 with steps of 4 had
/// dead filters, filters that dominate, a mix of extremely low and high frequencies, and aliasing; 7 x 7 with steps of 2 had fewer.
/// </summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Kernel">Its size, rows and columns.</param>
/// <param name="Stride">Its steps, down and across.</param>
/// <param name="Filters">Its filters in order.</param>
/// <param name="Photos">How many photos were looked at.</param>
public sealed record FirstLayerDiagnosis(
    string Layer, (int Rows, int Columns) Kernel, (int Y, int X) Stride, IReadOnlyList<FilterDiagnosis> Filters, int Photos)
{
    private const double NearLimit = 0.95;
    private const double Extreme = 0.5;

    /// <summary>Gets how many filters are dead.</summary>
    public int Dead => Filters.Count(static f => f.IsDead);

    /// <summary>Gets how many times the strongest filter's root mean square is that of the middle one.</summary>
    public double Dominance => Filters.Max(static f => f.Rms) / Filters.Select(static f => f.Rms).Order().ElementAt(Filters.Count / 2);

    /// <summary>Gets the part of the living filters that have more than half of their energy in high frequencies, above 1/4 of a cycle a pixel.</summary>
    public double ExtremelyHigh => Part(static f => f.Spectrum.High > Extreme);

    /// <summary>Gets the mean share of energy at low frequencies, over the living filters.</summary>
    public double Low => Mean(static s => s.Low);

    /// <summary>Gets the mean share of energy at middle frequencies.</summary>
    public double Middle => Mean(static s => s.Middle);

    /// <summary>Gets the mean share of energy at high frequencies.</summary>
    public double High => Mean(static s => s.High);

    /// <summary>Gets the mean share of energy that the steps alias.</summary>
    public double Aliased => Mean(static s => s.Aliased);

    private IEnumerable<FilterDiagnosis> Living => Filters.Where(static f => !f.IsDead);

    /// <summary>Counts filters at the limit that training scales them back to: those within 5 % of it.</summary>
    /// <param name="limit">The limit of the root mean square; the paper's is 0.1.</param>
    /// <returns>How many.</returns>
    public int AtLimit(double limit) => Filters.Count(f => f.Rms >= NearLimit * limit);

    /// <summary>Looks at a network's weights.</summary>
    /// <param name="net">The network.</param>
    /// <returns>Null where no convolution of 1 or 3 channels stands directly at the image.</returns>
    public static FirstLayerDiagnosis? Of(ConvNet net)
    {
        ArgumentNullException.ThrowIfNull(net);
        if (FirstConvolution.Of(net) is not { Weights: { Dims: [var count, var channels, var rows, var columns] } weights } first) return null;
        var stride = first.Node.Attributes.Ints("strides") is [var down, var across] ? ((int)down, (int)across) : (1, 1);
        var length = (int)(channels * rows * columns);
        var filters = Enumerable.Range(0, (int)count).Select(i => Of(i, weights.Floats.Slice(i * length, length), (int)rows, (int)columns, stride));
        return new FirstLayerDiagnosis(first.Layer, ((int)rows, (int)columns), stride, [.. filters], 0);
    }

    /// <summary>Looks at a network's weights, and at what its first maps do with photos.</summary>
    /// <param name="net">The network.</param>
    /// <param name="images">How many photos there are.</param>
    /// <param name="fill">Writes a photo's input.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="progress">Receives how many photos are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Null where no convolution of 1 or 3 channels stands directly at the image.</returns>
    /// <exception cref="GraphException">An activation is not a number.</exception>
    public static FirstLayerDiagnosis? Of(
        ConvNet net, int images, FillImage fill, SessionSettings settings, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (Of(net) is not { } weights || FirstConvolution.Of(net) is not { } first) return null;
        var tops = TopActivations.Find(net, [first.Activation(net)], 1, images, fill, settings, progress: progress, cancellation: cancellation);
        var largest = tops.ToDictionary(static m => m.Channel, static m => m.Tops[0].Activation);
        return weights with { Photos = images, Filters = [.. weights.Filters.Select(f => f with { Largest = largest.GetValueOrDefault(f.Filter) })] };
    }

    private static FilterDiagnosis Of(int filter, ReadOnlySpan<float> weights, int rows, int columns, (int Y, int X) stride)
    {
        var sum = 0.0;
        foreach (var weight in weights) sum += (double)weight * weight;
        return new FilterDiagnosis(filter, Math.Sqrt(sum / weights.Length), FilterSpectrum.Of(weights, rows, columns, stride), null);
    }

    private double Mean(Func<FilterSpectrum, double> share) => Living.Select(f => share(f.Spectrum)).DefaultIfEmpty(0).Average();

    private double Part(Func<FilterDiagnosis, bool> isSo) => Living.Select(f => isSo(f) ? 1.0 : 0).DefaultIfEmpty(0).Average();
}
