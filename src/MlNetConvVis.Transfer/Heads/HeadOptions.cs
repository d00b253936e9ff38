using System.Text.Json.Serialization;

namespace MlNetConvVis.Transfer;

/// <summary>How a head is fitted. The defaults suit features of a convnet.</summary>
public sealed record HeadOptions
{
    /// <summary>Gets the loss that is minimised.</summary>
    /// <value>The default is <see cref="HeadKind.Softmax"/>.</value>
    public HeadKind Kind { get; init; }

    /// <summary>Gets the L2 penalty: mean loss + L2 / 2 * |W|^2 over scaled features. The bias of a softmax is not penalised; that of an SVM is, as in
    /// LIBLINEAR.</summary>
    /// <remarks>scikit-learn's C is 1 / (rows * L2), for LogisticRegression and for LinearSVC.</remarks>
    /// <value>The default is null: chosen from <see cref="L2Grid"/> by validation.</value>
    public double? L2 { get; init; }

    /// <summary>Gets the penalties to choose from when <see cref="L2"/> is null.</summary>
    /// <value>The default is null: 0.001 to 10 in steps of ten for a softmax; for an SVM 0.0001 to 1 times the mean squared length of a scaled row, since its
    /// loss grows with the square of the scores.</value>
    public IReadOnlyList<double>? L2Grid { get; init; }

    /// <summary>Gets into how many parts the training rows are dealt to choose the penalty; whole groups go to one part.</summary>
    /// <value>The default is 3.</value>
    public int ValidationParts { get; init; } = 3;

    /// <summary>Gets how features are scaled; see <see cref="FeatureScaling"/>.</summary>
    /// <value>The default is <see cref="FeatureScaling.Standardize"/>.</value>
    public FeatureScaling Scaling { get; init; } = FeatureScaling.Standardize;

    /// <summary>Gets how many L-BFGS steps a fit may take.</summary>
    /// <value>The default is 500.</value>
    public int MaxIterations { get; init; } = 500;

    /// <summary>Gets how far above the minimum the objective may end, as a share of itself.</summary>
    /// <remarks>An SVM with a strong penalty has all its scores close together; at 1e-4 the objective is then right and the order of the classes is not.</remarks>
    /// <value>The default is 1e-6.</value>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Gets the number of threads; the result does not depend on it.</summary>
    /// <value>The default is the number of processors. Not written to JSON.</value>
    [JsonIgnore]
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the seed that deals rows into validation parts.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Gets the penalties to choose from.</summary>
    /// <param name="rowSquare">Mean squared length of a scaled row.</param>
    internal IReadOnlyList<double> Grid(double rowSquare) => L2Grid ?? (Kind == HeadKind.Softmax ? [1e-3, 1e-2, 1e-1, 1, 10]
        : [.. new[] { 1e-4, 1e-3, 1e-2, 1e-1, 1 }.Select(share => share * rowSquare)]);

    /// <summary>Refuses options no fit can be made with.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is wanted.</exception>
    internal void Check()
    {
        if (L2 is { } l2) CheckPenalty(l2, nameof(L2));
        else if (L2Grid is { Count: 0 }) throw new ArgumentException("L2Grid is empty; give at least one penalty, or set L2.");
        foreach (var penalty in L2Grid ?? []) CheckPenalty(penalty, nameof(L2Grid));
        if (ValidationParts < 2) throw new ArgumentException($"ValidationParts is {ValidationParts}; at least 2 are wanted.");
        if (MaxIterations < 1) throw new ArgumentException($"MaxIterations is {MaxIterations}; at least 1 is wanted.");
        if (!(Tolerance > 0)) throw new ArgumentException($"Tolerance is {Tolerance}; a number above 0 is wanted.");
        if (Threads < 1) throw new ArgumentException($"Threads is {Threads}; at least 1 is wanted.");
    }

    private static void CheckPenalty(double penalty, string name)
    {
        if (!(penalty > 0 && double.IsFinite(penalty)))
            throw new ArgumentException($"{name} holds {penalty}; an L2 penalty must be a finite number above 0, or there may be no minimum.");
    }
}
