using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Data.Emoji;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Makes the images ready: the emoji set, or folders that are there already.</summary>
internal static class DataStep
{
    public static PipelineStep Step { get; } = new("data", "Prepare the images");

    /// <summary>Prepares the images in every run; where they are ready this takes no time.</summary>
    public static PipelineData Prepare(PipelineContext context) =>
        context.Spec.Data.EmojiSide is { } side ? Emoji(context, side) : Folders(context.Spec);

    private static PipelineData Emoji(PipelineContext context, int side)
    {
        var options = new EmojiDatasetOptions
        {
            OutputDirectory = context.Folder.In("data"),
            PackagesDirectory = context.Folder.In("packages"),
            Side = side,
            Threads = context.Threads,
        };
        context.Observer.Progressed(0, "open emoji sets from npm");
        var progress = new StepProgress<(int Done, int Total)>(p =>
            context.Observer.Progressed((double)p.Done / p.Total, string.Create(CultureInfo.InvariantCulture, $"{p.Done:N0} of {p.Total:N0} pictures drawn")));
        var index = EmojiDataset.Prepare(options, progress, context.Cancellation);
        var (source, target) = (index.ToImageSet(EmojiPicture.Source), index.ToImageSet(EmojiPicture.Target));
        return new PipelineData(
            index.ToImageSet(EmojiPicture.Source, EmojiPicture.Train),
            index.ToImageSet(EmojiPicture.Source, EmojiPicture.Test),
            target,
            [.. index.Select(EmojiPicture.Target).Select(static p => p.Symbol)],
            source,
            index.Fingerprint,
            string.Create(CultureInfo.InvariantCulture, $"{source.Images.Count:N0} emoji of {source.Classes.Count} classes ") +
                (context.Spec.Train is null ? "to look at, " : $"to train on ('{index.HeldOutArtist}' held out), ") +
                string.Create(CultureInfo.InvariantCulture, $"{target.Images.Count:N0} of {target.Classes.Count} other classes to transfer to"));
    }

    private static PipelineData Folders(PipelineSpec spec)
    {
        var options = new ImageSetOptions { Clutter = spec.Data.Clutter };
        var given = spec.Data.Source is { } folder ? ImageSets.Open(folder, options) : null;
        var other = spec.Data.Target is { } place ? ImageSets.Open(place, options) : null;
        var (source, target) = (given?.All(), other?.All());
        var split = given is { Validation: null } && spec.Train is not null && spec.Data.Validation > 0 ? Split(source!, spec) : null;
        return new PipelineData(
            split is null ? spec.Train is null ? source : given?.Training : source!.Subset(split.Train),
            split is null ? spec.Train is null ? null : given?.Validation : source!.Subset(split.Test),
            target,
            null,
            source ?? target!,
            RunFolder.Fingerprint(Files(source).Concat(Files(target))),
            string.Join(", ", Describe("source", source).Concat(Describe("target", target))))
        {
            TargetTraining = other?.Validation is null ? null : other.Training.Images.Count,
        };
    }

    private static DataSplit Split(ImageSet source, PipelineSpec spec)
    {
        if (source.Labels().CountBy(static l => l).FirstOrDefault(static c => c.Value < 2) is { Value: 1, Key: var lonely })
        {
            throw new PipelineException(
                $"Class '{source.Classes[lonely]}' of '{spec.Data.Source}' has a single image, which cannot be trained on and checked with. " +
                "Add images, or keep none for checking with 'validation: 0'.");
        }

        return DataSplit.Stratified(source.Labels(), spec.Data.Validation, spec.Seed);
    }

    private static IEnumerable<string> Files(ImageSet? set) =>
        set?.Images.Select(static i => $"{i.Source.Stamp()} {string.Join(',', i.Labels)}") ?? [];

    private static IEnumerable<string> Describe(string name, ImageSet? set) => set is null ? []
        : [string.Create(CultureInfo.InvariantCulture, $"{name}: {set.Images.Count:N0} images of {set.Classes.Count} classes")];
}
