namespace MlNetConvVis.Specs;

/// <summary>How weights start: normally distributed around 0. Biases start at 0.</summary>
public sealed record WeightInit
{
    private readonly Func<long, long, float> _deviation;

    private WeightInit(string name, Func<long, long, float> deviation) => (Name, _deviation) = (name, deviation);

    /// <summary>Gets the initialisation for layers with rectifiers: variance 2 / fan in (He et al. 2015, section 2.2).</summary>
    public static WeightInit He { get; } = new("he", static (fanIn, _) => (float)Math.Sqrt(2.0 / fanIn));

    /// <summary>Gets the initialisation for layers without rectifiers: variance 2 / (fan in + fan out) (Glorot and Bengio 2010, equation 12).</summary>
    public static WeightInit Glorot { get; } = new("glorot", static (fanIn, fanOut) => (float)Math.Sqrt(2.0 / (fanIn + fanOut)));

    /// <summary>Gets what the initialisation is called in a spec.</summary>
    public string Name { get; }

    /// <summary>Makes an initialisation with one deviation for every layer, as the paper does with 0.01.</summary>
    /// <param name="deviation">The standard deviation.</param>
    /// <returns>The initialisation.</returns>
    public static WeightInit Gaussian(float deviation) => new(FormattableString.Invariant($"gaussian {deviation}"), (_, _) => deviation);

    /// <summary>Gets the standard deviation of a layer's weights.</summary>
    /// <param name="fanIn">How many inputs one output sums.</param>
    /// <param name="fanOut">How many outputs one input goes to.</param>
    /// <returns>The standard deviation.</returns>
    public float DeviationFor(long fanIn, long fanOut) => _deviation(fanIn, fanOut);

    /// <inheritdoc/>
    public bool Equals(WeightInit? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
