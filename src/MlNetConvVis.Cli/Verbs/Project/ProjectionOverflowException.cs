using MlNetConvVis.Graph;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>A projection holds values that float32 cannot: networks with weights made up for a test do that.</summary>
internal sealed class ProjectionOverflowException(float activation) : GraphException(
    "The projection grows beyond what numbers can hold; start it from one (--start one), or choose an earlier layer.")
{
    /// <summary>Gets the activation of its unit.</summary>
    public float Activation => activation;
}
