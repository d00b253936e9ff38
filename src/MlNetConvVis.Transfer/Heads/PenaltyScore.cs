namespace MlNetConvVis.Transfer;

/// <summary>How a penalty did on rows it was not trained on.</summary>
/// <param name="L2">The penalty.</param>
/// <param name="Accuracy">Mean over classes of the share classified right, 0 to 1.</param>
/// <param name="Loss">Mean loss: cross-entropy in nats, or the sum of squared hinges over the classes.</param>
public sealed record PenaltyScore(double L2, double Accuracy, double Loss);
