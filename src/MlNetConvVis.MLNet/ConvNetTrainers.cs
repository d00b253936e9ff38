using System.ComponentModel.DataAnnotations;
using Microsoft.ML;
using MlNetConvVis.MLNet.Training;
using MlNetConvVis.Specs;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.MLNet;

/// <summary>Trainers for convolutional networks: <c>ml.MulticlassClassification.Trainers.RetrainSoftmax(...)</c> and <c>.ConvNet(...)</c>.</summary>
public static class ConvNetTrainers
{
    /// <summary>A new softmax on frozen features: the paper's transfer. Stands where any multiclass trainer of ML.NET's can.</summary>
    /// <param name="catalog">The context's multiclass trainers.</param>
    /// <param name="labelColumnName">The classes, a key (<c>MapValueToKey</c>).</param>
    /// <param name="featureColumnName">The features, a vector of <see cref="float"/> of known size.</param>
    /// <param name="options">How it is fitted; null for features standardised and the L2 penalty chosen by validation.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">The options are those of another head than a softmax, whose scores are no probabilities.</exception>
    public static RetrainSoftmaxTrainer RetrainSoftmax(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        HeadOptions? options = null)
    {
        CheckArguments(catalog, labelColumnName, featureColumnName);
        if (options is { Kind: not HeadKind.Softmax })
            throw new ArgumentException($"The options are of a head '{options.Kind}'; '{HeadKind.Softmax}' was wanted.", nameof(options));
        return new RetrainSoftmaxTrainer(catalog, labelColumnName, featureColumnName, options ?? new HeadOptions());
    }

    /// <summary>Trains a convolutional network from its spec on images that a column names.</summary>
    /// <param name="catalog">The context's multiclass trainers.</param>
    /// <param name="spec">The network, such as <c>NetworkSpec.Read("models/zfnet64.yaml")</c>; it says how pictures become its input.</param>
    /// <param name="labelColumnName">The classes, a key (<c>MapValueToKey</c>).</param>
    /// <param name="imageColumnName">The paths of the image files, a text.</param>
    /// <param name="options">How it is trained; null for the defaults.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">The spec does not say how pictures become the network's input.</exception>
    public static ConvNetImageTrainer ConvNet(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        NetworkSpec spec,
        string labelColumnName = "Label",
        string imageColumnName = "ImagePath",
        ConvNetTrainingOptions? options = null)
    {
        CheckArguments(catalog, labelColumnName, imageColumnName);
        ArgumentNullException.ThrowIfNull(spec);
        var wanted = options ?? new ConvNetTrainingOptions();
        Validator.ValidateObject(wanted, new ValidationContext(wanted), validateAllProperties: true);
        return new ConvNetImageTrainer(catalog, spec, labelColumnName, imageColumnName, wanted);
    }

    private static void CheckArguments(object catalog, string labelColumnName, string inputColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
    }
}
