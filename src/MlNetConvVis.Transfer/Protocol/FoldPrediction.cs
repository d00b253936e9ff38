namespace MlNetConvVis.Transfer;

/// <summary>Trains on some images of a fold and classifies others.</summary>
/// <param name="fold">The fold, from 0.</param>
/// <param name="train">The rows to train on, class after class.</param>
/// <param name="test">The rows to classify.</param>
/// <param name="cancel">Stops the work.</param>
public delegate FoldPrediction FoldClassifier(int fold, IReadOnlyList<int> train, IReadOnlyList<int> test, CancellationToken cancel);

/// <summary>What a classifier took the test images of a fold for.</summary>
/// <param name="Classes">The class of each, from 0.</param>
/// <param name="L2">The penalty on weights; 0 where there is none.</param>
/// <param name="Iterations">Steps of the fit: of L-BFGS for a head, epochs for a network.</param>
/// <param name="Converged">Whether the fit came to its end.</param>
public sealed record FoldPrediction(IReadOnlyList<int> Classes, double L2, int Iterations, bool Converged);
