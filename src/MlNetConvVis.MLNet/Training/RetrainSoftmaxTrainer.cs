using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet.Training;

/// <summary>
/// The paper's transfer (Zeiler and Fergus 2013, section 5.2) as a trainer: a new softmax on frozen features, fitted by L-BFGS with an L2 penalty
/// that validation chooses. The model it gives is ML.NET's own <see cref="MaximumEntropyModelParameters"/>.
/// </summary>
public sealed class RetrainSoftmaxTrainer : IEstimator<MulticlassPredictionTransformer<MaximumEntropyModelParameters>>
{
    // A class that no row trains: its score is zero wherever another class has one.
    private const float Never = -1e30f;

    private readonly MulticlassClassificationCatalog.MulticlassClassificationTrainers _catalog;
    private readonly string _label;
    private readonly WantedColumn _features;
    private readonly HeadOptions _options;
    private readonly Lazy<IEstimator<ITransformer>> _promise;

    internal RetrainSoftmaxTrainer(
        MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string label, string features, HeadOptions options)
    {
        (_catalog, _label, _options) = (catalog, label, options);
        _features = new WantedColumn(features, NumberDataViewType.Single, -1, "Make it with ExtractConvFeatures, or with ml.Transforms.Concatenate.");
        _promise = new(() => catalog.LbfgsMaximumEntropy(label, features));
    }

    /// <summary>Gets how the last fit went, or null before the first.</summary>
    public HeadFit? LastFit { get; private set; }

    /// <summary>Fits a softmax. Rows without a label are left out.</summary>
    /// <param name="input">The data, with a key as label and a vector of <see cref="float"/> of known size as features; read once, kept in memory.</param>
    /// <returns>ML.NET's transformer: makes the columns <c>Score</c>, a probability a class with the classes as slot names, and <c>PredictedLabel</c>, a key
    /// with the label's values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ArgumentException">There are fewer than two classes, too few rows to choose the penalty, or a feature is no number.</exception>
    public MulticlassPredictionTransformer<MaximumEntropyModelParameters> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var label = LabelColumn.Of(input.Schema, _label);
        _features.Check(input.Schema);
        var column = input.Schema[_features.Name];
        if (column.Type is not VectorDataViewType { IsKnownSize: true, Size: var size })
        {
            throw new ArgumentOutOfRangeException(
                nameof(input), $"Schema mismatch for feature column '{column.Name}': expected a vector of known size, got {column.Type}.");
        }

        var (labels, values) = Read(input, label.Column, column, size);
        var seen = labels.Distinct().Order().ToArray();
        var fit = HeadTrainer.Fit(
            new FeatureMatrix(values, size, [.. labels.Select(l => Array.BinarySearch(seen, l))], [.. seen.Select(c => label.ClassNames[c])]), _options);
        LastFit = fit;
        return SoftmaxModels.Of(ContextEnvironment.Of(_catalog), Spread(fit.Head, seen, label.ClassNames), input.Schema, _label, _features.Name);
    }

    /// <summary>Says which columns the data will have.</summary>
    /// <param name="inputSchema">The columns it has.</param>
    /// <returns>Those, and <c>PredictedLabel</c> and <c>Score</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _label);
        _features.Check(inputSchema);
        return _promise.Value.GetOutputSchema(inputSchema);
    }

    private static (List<int> Labels, float[] Values) Read(IDataView input, DataViewSchema.Column label, DataViewSchema.Column features, int size)
    {
        var (labels, values) = (new List<int>(), new List<float[]>());
        using var cursor = input.GetRowCursor([label, features]);
        var (readLabel, readFeatures) = (cursor.GetGetter<uint>(label), cursor.GetGetter<VBuffer<float>>(features));
        VBuffer<float> row = default;
        uint key = 0;
        while (cursor.MoveNext())
        {
            readLabel(ref key);
            if (key == 0) continue;
            readFeatures(ref row);
            var kept = new float[size];
            row.CopyTo(kept);
            labels.Add((int)key - 1);
            values.Add(kept);
        }

        var all = new float[checked(values.Count * size)];
        foreach (var (i, kept) in values.Index()) kept.CopyTo(all, i * size);
        return (labels, all);
    }

    /// <summary>Puts the classes that were trained among all that the key has.</summary>
    private static LinearHead Spread(LinearHead head, int[] seen, IReadOnlyList<string> classNames)
    {
        if (seen.Length == classNames.Count) return head;
        var (weights, bias) = (new float[classNames.Count * head.Columns], new float[classNames.Count]);
        Array.Fill(bias, Never);
        foreach (var (from, to) in seen.Index())
        {
            head.Weights.Span.Slice(from * head.Columns, head.Columns).CopyTo(weights.AsSpan(to * head.Columns));
            bias[to] = head.Bias.Span[from];
        }

        return new LinearHead(weights, bias, classNames);
    }
}
