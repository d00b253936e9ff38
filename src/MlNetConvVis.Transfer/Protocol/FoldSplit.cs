namespace MlNetConvVis.Transfer;

/// <summary>Which rows one fold trains and tests on. Can be saved and handed in again.</summary>
/// <param name="Fold">The fold, from 0.</param>
/// <param name="Train">For each class the rows to train on, in the order they are taken: k images a class are the first k, so that fewer
/// images are always part of more.</param>
/// <param name="Test">The rows to test on, the same for every number of images.</param>
public sealed record FoldSplit(int Fold, IReadOnlyList<IReadOnlyList<int>> Train, IReadOnlyList<int> Test);
