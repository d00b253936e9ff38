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
            string.Create(CultureInfo.InvariantCulture,
                $"{source.Images.Count:N0} emoji of {source.Classes.Count} classes to train on ('{index.HeldOutArtist}' held out), {target.Images.Count:N0} of {target.Classes.Count} other classes to transfer to"));
    }

    private static PipelineData Folders(PipelineSpec spec)
    {
        var source = spec.Data.Source is { } folder ? ImageFolder.Scan(folder) : null;
        var target = spec.Data.Target is { } other ? ImageFolder.Scan(other) : null;
        var split = source is not null && spec.Train is not null ? DataSplit.Stratified(source.Labels(), spec.Data.Validation, spec.Seed) : null;
        return new PipelineData(
            split is null ? null : source!.Subset(split.Train),
            split is null ? null : source!.Subset(split.Test),
            target,
            null,
            source ?? target!,
            RunFolder.Fingerprint(Files(source).Concat(Files(target))),
            string.Join(", ", Describe("source", source).Concat(Describe("target", target))));
    }

    private static IEnumerable<string> Files(ImageSet? set) =>
        set?.Images.Select(static i => $"{i.Path} {i.Label} {new FileInfo(i.Path).Length} {File.GetLastWriteTimeUtc(i.Path).Ticks}") ?? [];

    private static IEnumerable<string> Describe(string name, ImageSet? set) => set is null ? []
        : [string.Create(CultureInfo.InvariantCulture, $"{name}: {set.Images.Count:N0} images of {set.Classes.Count} classes")];
}
