using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Transfer;

/// <summary>What <c>transfer</c> may compare with: the same network untrained, and trained from scratch on the new photos alone.</summary>
internal sealed class BaselineOptions
{
    private readonly FlagOption _untrained = new(
        "--beside-untrained", "the same with a network of the same shape and random weights; needs a network that convvis trained");
    private readonly FlagOption _scratch = new(
        "--beside-from-scratch", "the whole network trained on each fold's photos alone (the paper's 'non-pretrained'), recipe modern; needs a network that convvis trained");
    private readonly ValueOption _folds = new("--from-scratch-folds", "N", "a whole number of 1 or more", "in how many of the folds; default all");
    private readonly ValueOption _epochs = new("--from-scratch-epochs", "N", "a whole number of 1 or more", "epochs of each training; default what the recipe says");
    private readonly ValueOption _perClass = new(
        "--from-scratch-per-class", "N[,N...]", "a list of whole numbers of 1 or more, none above the largest of --per-class", "training photos a class; default those of --per-class")
    { IsList = true };

    public IEnumerable<Option> All => [_untrained, _scratch, _folds, _epochs, _perClass];

    public bool Untrained(Arguments given) => given.Flag(_untrained);

    /// <summary>Gets the training from scratch; null when none is asked for.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="images">The transfer's training photos a class.</param>
    /// <param name="folds">The transfer's folds.</param>
    public FromScratchSection? FromScratch(Arguments given, IReadOnlyList<int> images, int folds)
    {
        if (!given.Flag(_scratch))
        {
            return new[] { _folds, _epochs, _perClass }.FirstOrDefault(given.Has) is { } lonely
                ? throw new UsageException($"{lonely.Name} is there without {_scratch.Name}, whose training it describes; add that, or leave it out.") : null;
        }

        var recipe = TrainingOptions.Modern;
        return new FromScratchSection(
            recipe with { Epochs = given.Whole(_epochs, 1) ?? recipe.Epochs }, Math.Min(given.Whole(_folds, 1) ?? folds, folds), PerClass(given, images));
    }

    /// <summary>Refuses baselines where the protocol has none.</summary>
    public void Refuse(Arguments given, string protocol)
    {
        if (All.FirstOrDefault(given.Has) is { } asked)
            throw new UsageException($"{asked.Name} is there, but protocol {protocol} ranks images and has no baselines; leave it out.");
    }

    private IReadOnlyList<int> PerClass(Arguments given, IReadOnlyList<int> images) => !given.Has(_perClass) ? images : [.. given.Items(_perClass).Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= images.Max() ? number
            : throw Arguments.Wrong(_perClass, text))];
}
