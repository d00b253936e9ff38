namespace MlNetConvVis.Transfer;

/// <summary>One fit of a protocol is done.</summary>
/// <param name="Done">Fits done so far.</param>
/// <param name="Total">Fits in all.</param>
/// <param name="ImagesPerClass">Training images a class of this fit.</param>
/// <param name="Fold">Its fold, from 0.</param>
/// <param name="Accuracy">Its mean of per-class accuracies, 0 to 1.</param>
public sealed record TransferProgress(int Done, int Total, int ImagesPerClass, int Fold, double Accuracy);
