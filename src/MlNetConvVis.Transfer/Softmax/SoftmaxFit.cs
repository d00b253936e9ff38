namespace MlNetConvVis.Transfer;

/// <summary>A fitted softmax and how the fit went.</summary>
public sealed record SoftmaxFit
{
    /// <summary>Gets the softmax, ready for unscaled features.</summary>
    public required SoftmaxHead Head { get; init; }

    /// <summary>Gets the objective reached: mean cross-entropy plus penalty, on scaled features.</summary>
    public required double Objective { get; init; }

    /// <summary>Gets the L2 penalty used.</summary>
    public required double L2 { get; init; }

    /// <summary>Gets the number of L-BFGS steps of the last fit.</summary>
    public required int Iterations { get; init; }

    /// <summary>Gets a value indicating whether the minimum was reached before the steps ran out.</summary>
    public required bool Converged { get; init; }

    /// <summary>Gets what validation said of each penalty tried; empty when the penalty was given.</summary>
    public required IReadOnlyList<PenaltyScore> Validation { get; init; }
}
