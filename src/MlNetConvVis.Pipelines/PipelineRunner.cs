using System.Diagnostics;
using MlNetConvVis.Pipelines.Steps;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>Runs a pipeline step by step; what an earlier run finished from the same ingredients is not done again.</summary>
public static class PipelineRunner
{
    /// <summary>Runs a pipeline.</summary>
    /// <param name="spec">The pipeline.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="observer">Hears how far it is.</param>
    /// <param name="command">The command line that started it, for the foot of the report.</param>
    /// <param name="cancellation">Stops the run; run again, it goes on from there.</param>
    /// <returns>Where everything lies, and whether there was anything to do.</returns>
    /// <exception cref="PipelineException">The pipeline cannot go on.</exception>
    public static PipelineResult Run(
        PipelineSpec spec, SessionSettings settings, IPipelineObserver observer, string command, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(observer);
        using var folder = RunFolder.Open(spec.Out);
        var isNew = folder.Claim($"pipeline '{spec.Name}' ({Path.GetFileName(spec.File)})");
        using var context = new PipelineContext(spec, folder, settings with { Note = observer.Noted }, observer, cancellation);
        EnsureLayers(context);
        IPipelineWork[] works = [.. WorksOf(spec, command)];
        Prepare(context, works.Length + 1, isNew);
        var didSomething = false;
        foreach (var (index, work) in works.Index())
        {
            didSomething |= Do(context, work, index + 2, works.Length + 1);
            if (work is OverlapStep) OverlapStep.Apply(context);
        }

        return new PipelineResult(spec.Out, folder.In(ReportStep.ReportFile), folder.In(ReportStep.ResultsFile), !didSomething);
    }

    private static IEnumerable<IPipelineWork> WorksOf(PipelineSpec spec, string command)
    {
        if (spec.Train is not null) yield return new TrainStep();
        if (spec.Overlap is not null) yield return new OverlapStep();
        if (spec.Transfer is not null) yield return new FeaturesStep();
        if (spec.Transfer is { } transfer) yield return transfer.IsRanking ? new RankingStep() : new TransferStep();
        if (spec.Transfer?.FromScratch is not null) yield return new FromScratchStep();
        if (spec.Depth is not null) yield return new DepthStep();
        if (spec.Visualize is not null) yield return new VisualizeStep();
        yield return new ReportStep(command);
    }

    /// <summary>Refuses layers that the network will not have before it is trained, not after.</summary>
    private static void EnsureLayers(PipelineContext context)
    {
        var spec = context.Spec;
        if (spec.Transfer is { BesideUntrained: true } or { FromScratch: not null }) _ = context.Shape;      // refuses a network without a spec
        EnsureEngineCan(spec.Transfer);
        string[] wanted = [.. spec.Transfer is { } transfer ? [transfer.Layer] : Array.Empty<string>(), .. spec.Depth?.Layers ?? [], .. spec.Visualize?.Layers ?? []];
        if (spec.Train is null)
        {
            foreach (var layer in wanted) context.Network.RequireLayer(layer);
            return;
        }

        var network = NetworkSpec.Read(spec.Train.Spec);
        var graph = network.Plan(network.Classes ?? 2).Graph;      // the names are the same for any number of classes
        if (wanted.FirstOrDefault(layer => graph.ProducerOf(layer) is null) is { } missing)
        {
            throw new PipelineException($"'{spec.File}' names the layer '{missing}', which '{spec.Train.Spec}' does not have. " +
                NearestName.Hint(missing, [.. network.Layers.Select(static l => l.Name)]));
        }
    }

    private static void EnsureEngineCan(TransferSection? transfer)
    {
        if (transfer?.Engine is not { Name: var name }) return;
        var asked = transfer.Heads is not [HeadKind.Softmax] ? "another head than a softmax" : transfer.IsRanking ? "a ranking of images"
            : transfer.Switches ? "switches" : transfer.BesideUntrained || transfer.FromScratch is not null ? "a baseline" : null;
        if (asked is not null)
        {
            throw new PipelineException(
                $"{name} runs the transfer, but {asked} is asked for too, which only the own engine gives; ask for it in a run of its own.");
        }
    }

    private static void Prepare(PipelineContext context, int steps, bool isNew)
    {
        var had = !isNew && (context.Spec.Data.EmojiSide is null || Directory.Exists(context.Folder.In("data")));
        context.Observer.Started(DataStep.Step, 1, steps);
        context.Data = DataStep.Prepare(context);
        context.Observer.Finished(DataStep.Step, context.Data.Description, had);
    }

    private static bool Do(PipelineContext context, IPipelineWork work, int number, int steps)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        context.Observer.Started(work.Step, number, steps);
        var fingerprint = work.Fingerprint(context);
        if (context.Folder.Finished(work.Step.Name, fingerprint) is { } stamp && (work is ReportStep || context.Folder.Holds(work.Step.Name)))
        {
            context.Observer.Finished(work.Step, stamp.Summary, wasDone: true);
            return false;
        }

        var watch = Stopwatch.StartNew();
        var summary = work.Run(context, work is ReportStep ? context.Folder.Path : context.Folder.Begin(work.Step.Name, fingerprint));
        context.Folder.Finish(work.Step.Name, new RunFolder.Stamp(work.Fingerprint(context), Math.Round(watch.Elapsed.TotalSeconds, 1), summary));
        context.Observer.Finished(work.Step, summary, wasDone: false);
        return true;
    }
}

/// <summary>What a pipeline left.</summary>
/// <param name="Folder">The folder with everything.</param>
/// <param name="Report">The report, a single HTML file.</param>
/// <param name="Results">All numbers, as JSON.</param>
/// <param name="NothingToDo">Whether an earlier run had done everything.</param>
public sealed record PipelineResult(string Folder, string Report, string Results, bool NothingToDo);
