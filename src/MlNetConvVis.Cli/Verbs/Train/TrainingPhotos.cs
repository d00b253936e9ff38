using System.CommandLine;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>The photos to train on and those to check with: options, finding, reading.</summary>
internal sealed class TrainingPhotos(CommonOptions common)
{
    private const float DefaultValidation = 0.1f;

    private readonly ValueOption _data = new(
        "--data", "DIR", "a folder with a folder of photos for each class",
        "the photos: one folder a class; two such folders called 'train' and 'val'; or a known data set as it comes; a .tar of these too")
    { IsRequired = true };
    private readonly ValueOption _validation = new(
        "--validation", "SHARE", "a number of 0 or more and less than 1",
        "the share of each class that is kept for checking; default 0.1; not with 'train' and 'val' folders");
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");

    public Option Data => _data;

    public IEnumerable<Option> Others => [_validation, _strict];

    /// <summary>Finds the photos.</summary>
    public (ImageSet Training, ImageSet? Validation) Find(Arguments given, ulong seed, Terminal terminal)
    {
        var data = given.Required(_data);
        var found = ImageSets.Open(data);
        foreach (var note in found.Notes) terminal.Note(note);
        if (found.Validation is not null)
        {
            return !given.Has(_validation) ? (found.Training, found.Validation) : throw new UsageException(
                $"{_validation.Name} was given, but '{data}' has photos to check with of its own ({found.Description}); one of both was wanted.");
        }

        var all = found.Training;
        var share = given.Real(_validation, 0, 0.999f) ?? DefaultValidation;
        if (share == 0) return (all, null);
        if (all.Labels().CountBy(static l => l).FirstOrDefault(static c => c.Value < 2) is { Value: 1, Key: var lonely })
        {
            throw new DataException(
                $"Class '{all.Classes[lonely]}' of '{data}' has a single image, which cannot be trained on and checked with. " +
                $"Add images, or keep none for checking with {_validation.Name} 0.");
        }

        var split = DataSplit.Stratified(all.Labels(), share, seed);
        return (all.Subset(split.Train), all.Subset(split.Test));
    }

    /// <summary>Reads what was found.</summary>
    public TrainingSet Read(Arguments given, ImagePreprocessing preprocessing, (ImageSet Training, ImageSet? Validation) photos, Terminal terminal)
    {
        var loading = common.Loading(given, given.Flag(_strict));
        var set = TrainingSet.Load(photos.Training, photos.Validation, preprocessing, loading, terminal.Cancellation);
        foreach (var broken in set.Skipped) terminal.Note(broken.Message + " It is skipped.");
        return set;
    }
}
