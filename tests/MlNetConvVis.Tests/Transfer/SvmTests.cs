using MlNetConvVis.Transfer;
using MlNetConvVis.Transfer.Heads;

namespace MlNetConvVis.Tests.Transfer;

/// <summary>The linear SVM beside scikit-learn's LinearSVC; see Reference/make_svm_reference.py.</summary>
public class SvmTests
{
    public static TheoryData<string> References => ["svm-more-rows", "svm-more-rows-standardised", "svm-more-features-standardised", "svm-many-classes-standardised"];

    [Theory]
    [MemberData(nameof(References))]
    public void Fit_reaches_the_optimum_scikit_learn_found(string name)
    {
        var reference = SoftmaxReference.Read(name);
        var fit = HeadTrainer.Fit(reference.Matrix, reference.Options with { Kind = HeadKind.Svm }, TestContext.Current.CancellationToken);
        Assert.True(fit.Converged);
        Assert.Equal(HeadKind.Svm, fit.Head.Kind);
        Assert.InRange(fit.Objective, reference.Objective * (1 - 1e-5), reference.Objective * (1 + 2e-4));
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Tight_fit_gives_the_same_scores_as_scikit_learn(string name)
    {
        var reference = SoftmaxReference.Read(name);
        var fit = HeadTrainer.Fit(
            reference.Matrix, reference.Options with { Kind = HeadKind.Svm, Tolerance = 1e-9 }, TestContext.Current.CancellationToken);
        TensorAssert.Close(reference.Logits, fit.Head.Scores(reference.X), new(2e-3f, 1e-3f));
    }

    /// <summary>Where the penalty is strong the objective is nearly at its minimum long before the order of the classes is.</summary>
    [Fact]
    public void Labels_are_those_of_scikit_learn_with_the_default_tolerance()
    {
        var reference = SoftmaxReference.Read("svm-many-classes-standardised");
        var fit = HeadTrainer.Fit(reference.Matrix, reference.Options with { Kind = HeadKind.Svm }, TestContext.Current.CancellationToken);
        var theirs = Enumerable.Range(0, reference.Rows).Select(row =>
        {
            var scores = reference.Logits.AsSpan(row * reference.Classes, reference.Classes);
            return scores.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(scores));
        });
        Assert.Equal(theirs, fit.Head.Predict(reference.X));
    }

    [Fact]
    public void Both_spaces_find_the_same_minimum()
    {
        var reference = SoftmaxReference.Read("svm-more-rows");
        var scaled = ScaledFeatures.Of(reference.Matrix, Enumerable.Range(0, reference.Rows).ToArray(), reference.Options.Scaling, threads: 1);
        FeatureSpace[] spaces = [WeightSpace.Of(scaled, reference.Classes, 1), KernelSpace.Of(scaled, reference.Classes, 1)];
        foreach (var space in spaces)
        {
            var outcome = new Lbfgs(space, 500, 1e-6, CancellationToken.None)
                .Minimize(new HeadObjective(space, reference.Y, reference.L2, RowLosses.Of(HeadKind.Svm)), space.NewVector());
            Assert.Equal(reference.Objective, outcome.Value, reference.Objective * 1e-5);
        }
    }

    [Fact]
    public void Derivative_of_a_row_is_that_of_its_loss_and_padding_adds_nothing()
    {
        const int classes = 3;
        var loss = RowLosses.Of(HeadKind.Svm);
        float[] Row(params float[] scores)
        {
            var row = new float[System.Numerics.Vector<float>.Count];
            row.AsSpan().Fill(loss.Padding);
            scores.CopyTo(row, 0);
            return row;
        }

        var residual = Row(0.5f, -2f, 0.25f);
        // by hand, label 2: (1.5)^2 + 0 + (0.75)^2 = 2.8125; derivatives 2 * 1.5, 0, -2 * 0.75
        Assert.Equal(2.8125, loss.LossAndResidual(residual, 2, 1), 1e-6);
        TensorAssert.Close([3f, 0f, -1.5f], residual.AsSpan(0, classes), Tolerance.Exact);
        Assert.All(residual[classes..], static r => Assert.Equal(0, r));
        var direction = new float[residual.Length];
        new[] { 1f, 5f, -2f }.CopyTo(direction, 0);
        var line = loss.AlongLine(Row(0.5f, -2f, 0.25f), direction, 2);
        Assert.Equal((2.8125, 3.0 + 3.0, 2.0 + 8.0), (line.Value, line.Slope, line.Curvature));
    }

    [Fact]
    public void Penalty_is_chosen_by_validation_of_training_rows()
    {
        var reference = SoftmaxReference.Read("svm-more-rows-standardised");
        var cancel = TestContext.Current.CancellationToken;
        var options = new HeadOptions { Kind = HeadKind.Svm, L2Grid = [1e-4, 1e-1, 1e3] };
        var fit = HeadTrainer.Fit(reference.Matrix, options, cancel);
        Assert.Equal([1e3, 1e-1, 1e-4], fit.Validation.Select(static v => v.L2));
        Assert.Equal(fit.Validation.Max(static v => v.Accuracy), fit.Validation.Single(v => v.L2 == fit.L2).Accuracy);
        var given = HeadTrainer.Fit(reference.Matrix, options with { L2 = fit.L2 }, cancel);
        TensorAssert.Close(given.Head.Weights.Span, fit.Head.Weights.Span, Tolerance.Exact);
    }
}
