using MlNetConvVis.Transfer;
using MlNetConvVis.Transfer.Heads;

namespace MlNetConvVis.Tests.Transfer;

public class HeadTrainerTests
{
    public static TheoryData<string> References => SoftmaxReference.Names;

    [Theory]
    [MemberData(nameof(References))]
    public void Fit_reaches_the_optimum_scikit_learn_found(string name)
    {
        var reference = SoftmaxReference.Load(name);
        var fit = Fit(reference.Matrix, reference.Options);
        Assert.True(fit.Converged);
        Assert.InRange(fit.Objective, reference.Objective * (1 - 1e-5), reference.Objective * (1 + 1e-4));
        Assert.Equal(Labels(reference.Logits, reference.Classes), fit.Head.Predict(reference.X));
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Tight_fit_gives_the_same_logits_as_scikit_learn(string name)
    {
        var reference = SoftmaxReference.Load(name);
        var fit = Fit(reference.Matrix, reference.Options with { Tolerance = 1e-9 });
        // scikit-learn's own end is within 1e-4 of the optimum's logits
        TensorAssert.Close(Centred(reference.Logits, reference.Classes), Centred(fit.Head.Scores(reference.X), reference.Classes), new(2e-3f, 1e-3f));
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Fit_does_not_depend_on_the_number_of_threads(string name)
    {
        var reference = SoftmaxReference.Load(name);
        var one = Fit(reference.Matrix, reference.Options with { Threads = 1, L2 = null });
        var three = Fit(reference.Matrix, reference.Options with { Threads = 3, L2 = null });
        TensorAssert.Close(one.Head.Weights.Span, three.Head.Weights.Span, Tolerance.Exact);
        TensorAssert.Close(one.Head.Bias.Span, three.Head.Bias.Span, Tolerance.Exact);
        Assert.Equal(one.Validation, three.Validation);
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Both_spaces_find_the_same_minimum(string name)
    {
        var reference = SoftmaxReference.Load(name);
        var scaled = ScaledFeatures.Of(reference.Matrix, Enumerable.Range(0, reference.Rows).ToArray(), reference.Options.Scaling, threads: 1);
        FeatureSpace[] spaces = [WeightSpace.Of(scaled, reference.Classes, 1), KernelSpace.Of(scaled, reference.Classes, 1)];
        foreach (var space in spaces)
        {
            var outcome = new Lbfgs(space, 500, 1e-6, CancellationToken.None)
                .Minimize(new HeadObjective(space, reference.Y, reference.L2, RowLosses.Of(HeadKind.Softmax)), space.NewVector());
            Assert.Equal(reference.Objective, outcome.Value, reference.Objective * 1e-5);
        }
    }

    [Fact]
    public void Objective_is_what_the_exported_head_gives()
    {
        var reference = SoftmaxReference.Load("more-features");
        var fit = Fit(reference.Matrix, reference.Options);
        var (logits, loss, c) = (fit.Head.Scores(reference.X), 0.0, reference.Classes);
        for (var row = 0; row < reference.Rows; row++)
            loss += Math.Log(logits[(row * c)..((row + 1) * c)].Sum(z => Math.Exp(z))) - logits[(row * c) + reference.Y[row]];
        var length = fit.Head.Weights.ToArray().Sum(w => (double)w * w);
        Assert.Equal((loss / reference.Rows) + (0.5 * reference.L2 * length), fit.Objective, fit.Objective * 1e-5);
    }

    [Fact]
    public void Rows_left_out_are_not_looked_at()
    {
        var reference = SoftmaxReference.Load("more-rows");
        var rows = Enumerable.Range(0, reference.Rows).Where(row => row % 3 != 0).ToArray();
        var (spoiltX, spoiltY) = ((float[])reference.X.Clone(), (int[])reference.Y.Clone());
        for (var row = 0; row < reference.Rows; row += 3)
        {
            spoiltX.AsSpan(row * reference.Features, reference.Features).Fill(1e6f);
            spoiltY[row] = 0;
        }
        var options = reference.Options with { L2 = null };
        var clean = HeadTrainer.Fit(reference.Matrix, rows, options, TestContext.Current.CancellationToken);
        var other = new FeatureMatrix(spoiltX, reference.Features, spoiltY, reference.Matrix.ClassNames);
        var spoilt = HeadTrainer.Fit(other, rows, options, TestContext.Current.CancellationToken);
        TensorAssert.Close(clean.Head.Weights.Span, spoilt.Head.Weights.Span, Tolerance.Exact);
        Assert.Equal(clean.Validation, spoilt.Validation);
    }

    [Fact]
    public void Penalty_chosen_is_the_one_that_validates_best()
    {
        var reference = SoftmaxReference.Load("more-features");
        var fit = Fit(reference.Matrix, new HeadOptions { L2Grid = [1e-2, 1e4], ValidationParts = 4 });
        Assert.Equal([1e4, 1e-2], fit.Validation.Select(score => score.L2));
        Assert.True(fit.Validation[1].Accuracy > fit.Validation[0].Accuracy);
        Assert.Equal(1e-2, fit.L2);
    }

    [Fact]
    public void Scaling_a_feature_changes_nothing_when_standardised()
    {
        var reference = SoftmaxReference.Load("more-rows-standardised");
        var stretched = (float[])reference.X.Clone();
        for (var i = 0; i < stretched.Length; i += reference.Features) stretched[i] *= 1024;
        var plain = Fit(reference.Matrix, reference.Options);
        var other = Fit(new(stretched, reference.Features, reference.Y, reference.Matrix.ClassNames), reference.Options);
        TensorAssert.Close(plain.Head.Scores(reference.X), other.Head.Scores(stretched), new(1e-4f, 1e-4f));
    }

    [Fact]
    public void Feature_that_never_varies_gets_no_weight()
    {
        float[] x = [0, 7, 1, 7, 2, 7, 3, 7];
        var fit = Fit(new(x, 2, [0, 0, 1, 1], ["low", "high"]), new HeadOptions { L2 = 1e-2 });
        Assert.Equal(0, fit.Head.Weights.Span[1]);
        Assert.Equal([0, 0, 1, 1], fit.Head.Predict(x));
    }

    [Fact]
    public void Fit_without_anything_to_tell_classes_apart_ends_at_equal_odds()
    {
        var fit = Fit(new(new float[12], 3, [0, 0, 1, 1], ["a", "b"]), new HeadOptions { L2 = 1e-2 });
        Assert.Equal(Math.Log(2), fit.Objective, 1e-6);
        Assert.True(fit.Converged);
    }

    [Fact]
    public void Class_without_rows_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            Fit(new(new float[4], 2, [0, 0], ["cat", "dog"]), new HeadOptions { L2 = 1 }));
        Assert.Contains("'dog'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Penalties_without_a_minimum_are_refused(double l2) => Assert.Throws<ArgumentException>(() =>
        Fit(new(new float[4], 2, [0, 1], ["cat", "dog"]), new HeadOptions { L2 = l2 }));

    [Fact]
    public void Cancelled_fit_stops()
    {
        var reference = SoftmaxReference.Load("more-rows");
        Assert.Throws<OperationCanceledException>(() => HeadTrainer.Fit(reference.Matrix, reference.Options, new CancellationToken(true)));
    }

    private static HeadFit Fit(FeatureMatrix features, HeadOptions options) =>
        HeadTrainer.Fit(features, options, TestContext.Current.CancellationToken);

    private static int[] Labels(float[] logits, int classes) =>
        [.. logits.Chunk(classes).Select(row => Array.IndexOf(row, row.Max()))];

    // adding one number to all logits of a row changes nothing
    private static float[] Centred(float[] logits, int classes) =>
        [.. logits.Chunk(classes).SelectMany(row => row.Select(z => z - row.Average()))];
}
