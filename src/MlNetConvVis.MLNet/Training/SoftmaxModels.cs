using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet.Training;

/// <summary>
/// Puts weights into ML.NET's own softmax model, so that prediction, its annotations, evaluation, feature importance, saving and export to ONNX are
/// ML.NET's. Its constructors are internal: <see cref="ContextEnvironment"/> calls them.
/// </summary>
internal static class SoftmaxModels
{
    /// <summary>Makes the transformer.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="head">Weights and biases on the feature column as it is.</param>
    /// <param name="schema">The schema of the training data.</param>
    /// <param name="label">The label column, a key.</param>
    /// <param name="features">The feature column.</param>
    public static MulticlassPredictionTransformer<MaximumEntropyModelParameters> Of(
        IHostEnvironment env, LinearHead head, DataViewSchema schema, string label, string features)
    {
        var (classes, columns) = (head.ClassNames.Count, head.Columns);
        var weights = Enumerable.Range(0, classes)
            .Select(c => new VBuffer<float>(columns, head.Weights.Slice(c * columns, columns).ToArray())).ToArray();
        var model = ContextEnvironment.New<MaximumEntropyModelParameters>(
            [typeof(IHostEnvironment), typeof(VBuffer<float>[]), typeof(float[]), typeof(int), typeof(int), typeof(string[])],
            env, weights, head.Bias.ToArray(), classes, columns, head.ClassNames.ToArray());
        return ContextEnvironment.New<MulticlassPredictionTransformer<MaximumEntropyModelParameters>>(
            [typeof(IHostEnvironment), typeof(MaximumEntropyModelParameters), typeof(DataViewSchema), typeof(string), typeof(string)],
            env, model, schema, features, label);
    }

    /// <summary>Gets the softmax alone, of values that are logits already.</summary>
    /// <param name="classNames">The name of each class.</param>
    public static LinearHead Identity(IReadOnlyList<string> classNames)
    {
        var weights = new float[classNames.Count * classNames.Count];
        for (var c = 0; c < classNames.Count; c++) weights[(c * classNames.Count) + c] = 1;
        return new LinearHead(weights, new float[classNames.Count], classNames);
    }
}
