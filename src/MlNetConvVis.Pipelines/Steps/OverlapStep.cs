using System.Globalization;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Finds target photos that are in the source too, and leaves them out where that is wanted (the paper's section 5.2).</summary>
internal sealed class OverlapStep : IPipelineWork
{
    public const string ResultFile = "overlap.json";

    public PipelineStep Step { get; } = new("overlap", "Look for photos that source and target share");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "overlap 1", context.Data.OverlapBasis ?? context.Data.Fingerprint, System.Text.Json.JsonSerializer.Serialize(context.Spec.Overlap));

    public string Run(PipelineContext context, string folder)
    {
        var (source, target) = (Source(context.Data), FeaturesStep.Target(context));
        var progress = new StepProgress<int>(done => context.Observer.Progressed(
            (double)done / source.Images.Count, string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {source.Images.Count:N0} source photos compared")));
        var result = new OverlapCheck { Threshold = context.Spec.Overlap!.Threshold, Threads = context.Threads }
            .Find(source.Sources(), target.Sources(), progress, context.Cancellation);
        context.Folder.WriteJson(Path.Combine(folder, ResultFile), result);
        var table = new StringBuilder("target,source,class,correlation\n");
        foreach (var pair in result.Pairs)
        {
            var image = target.Images[pair.Target];
            table.Append(CultureInfo.InvariantCulture,
                $"{CsvTable.Quoted(image.Path)},{CsvTable.Quoted(source.Images[pair.Source].Path)},{CsvTable.Quoted(target.Classes[image.Label])},{pair.Correlation:0.0000}\n");
        }

        RunFolder.WriteWhole(Path.Combine(folder, "overlap.csv"), Encoding.UTF8.GetBytes(table.ToString()));
        var most = result.Pairs.CountBy(p => target.Images[p.Target].Label).Select(static c => c.Value).DefaultIfEmpty().Max();
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Pairs.Count:N0} of {result.Targets:N0} target photos are in the source, at most {most} of a class{(context.Spec.Overlap.LeaveOut ? ", and left out" : "")}");
    }

    /// <summary>Takes the photos that were found out of the target, for the steps that follow.</summary>
    public static void Apply(PipelineContext context)
    {
        if (!context.Spec.Overlap!.LeaveOut) return;
        var found = RunFolder.ReadJson<OverlapResult>(context.Folder.In("overlap", ResultFile)).Pairs.Select(static p => p.Target).ToHashSet();
        var (data, target) = (context.Data, FeaturesStep.Target(context));
        var kept = Enumerable.Range(0, target.Images.Count).Where(i => !found.Contains(i)).ToArray();
        context.Data = data with
        {
            Target = target.Subset(kept),
            TargetGroups = data.TargetGroups is { } groups ? [.. kept.Select(i => groups[i])] : null,
            OverlapBasis = data.Fingerprint,
            Fingerprint = RunFolder.Fingerprint([data.Fingerprint, .. found.Order().Select(static i => i.ToString(CultureInfo.InvariantCulture))]),
        };
    }

    /// <summary>Gets all photos the network may have seen.</summary>
    public static ImageSet Source(PipelineData data) => data.Training is not { } training
        ? throw new PipelineException("There are no source images to compare with; name a 'source' folder under 'data'.")
        : data.Validation is { } validation ? new ImageSet(training.Classes, [.. training.Images, .. validation.Images]) : training;
}
