namespace MlNetConvVis.Transfer;

/// <summary>A fitted head and how the fit went.</summary>
public sealed record HeadFit
{
    /// <summary>Gets the head, ready for unscaled features.</summary>
    public required LinearHead Head { get; init; }

    /// <summary>Gets the objective reached: mean loss plus penalty, on scaled features.</summary>
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
