namespace MlNetConvVis.Graph.Training;

/// <summary>Stochastic gradient descent as the paper trains (Zeiler and Fergus 2013, section 3).</summary>
public sealed record SgdOptions
{
    /// <summary>Gets the momentum m of v = m*v + g, w = w - rate*v.</summary>
    /// <value>The default is 0.9, the paper's.</value>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Gets the weight decay d: g + d*w takes the place of g for weights (not for biases and normalisation).</summary>
    /// <value>The default is 0; the paper states none.</value>
    public float WeightDecay { get; init; }

    /// <summary>Gets the root mean square to which a convolution filter is scaled back when it exceeds it; null for no limit.</summary>
    /// <value>The default is 0.1, the paper's.</value>
    public float? FilterRmsLimit { get; init; } = 0.1f;

    /// <summary>Gets the share of the probability that is spread evenly over all classes (Szegedy et al. 2016, section 7).</summary>
    /// <value>The default is 0.</value>
    public float LabelSmoothing { get; init; }

    /// <summary>Gets how much of the running statistics of batch normalisation stays at each step.</summary>
    /// <value>The default is 0.9.</value>
    public float StatisticsMomentum { get; init; } = 0.9f;
}
