namespace MlNetConvVis.Transfer.Heads;

/// <summary>How a minimisation ended: the objective's value, the steps taken and whether it may be called the minimum.</summary>
internal readonly record struct LbfgsOutcome(double Value, int Iterations, bool Converged);
