namespace MlNetConvVis.Transfer;

/// <summary>How features are scaled before the L2 penalty sees them. The scaling is folded into the exported weights.</summary>
/// <remarks>Features are always centred on their training mean: the bias is not penalised and takes up the shift exactly, so
/// centring changes the speed of the fit but not its optimum.</remarks>
public enum FeatureScaling
{
    /// <summary>Features keep their scale.</summary>
    None,

    /// <summary>One factor for all features: their mean variance over the training rows becomes 1.</summary>
    Uniform,

    /// <summary>Each feature is divided by its standard deviation over the training rows; one that never varies is left out.</summary>
    Standardize,
}
