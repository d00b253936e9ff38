using System.Text.Json.Serialization;

namespace MlNetConvVis.Transfer;

/// <summary>What a linear head minimises.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HeadKind>))]
public enum HeadKind
{
    /// <summary>Multinomial logistic regression: the cross-entropy of softmax(W x + b).</summary>
    Softmax,

    /// <summary>A linear SVM, one class against the rest: for every class max(0, 1 - y z)^2 with y = 1 for the class and -1 for the others, summed over the
    /// classes (scikit-learn's LinearSVC with loss "squared_hinge").</summary>
    Svm,
}
