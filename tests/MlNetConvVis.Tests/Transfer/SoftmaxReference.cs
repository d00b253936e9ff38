using System.Text.Json;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

/// <summary>A data set and what scikit-learn made of it; see Reference/make_softmax_reference.py and make_svm_reference.py.</summary>
internal sealed record SoftmaxReference(
    int Rows, int Features, int Classes, double L2, bool Standardise, float[] X, int[] Y, double Objective, float[] Logits)
{
    public static TheoryData<string> Names => ["more-rows", "more-rows-standardised", "more-features", "more-features-standardised"];

    public FeatureMatrix Matrix => new(X, Features, Y, [.. Enumerable.Range(0, Classes).Select(c => $"class {c}")]);

    public HeadOptions Options => new() { L2 = L2, Scaling = Standardise ? FeatureScaling.Standardize : FeatureScaling.None };

    public static SoftmaxReference Load(string name) => Read($"softmax-{name}");

    public static SoftmaxReference Read(string name) => JsonSerializer.Deserialize<SoftmaxReference>(
        ReferenceFile.Bytes("Transfer", $"{name}.json"), JsonSerializerOptions.Web)!;
}
