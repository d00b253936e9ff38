using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Cli.Verbs;
using MlNetConvVis.Cli.Verbs.Ablate;
using MlNetConvVis.Cli.Verbs.Correspond;
using MlNetConvVis.Cli.Verbs.Diagnose;
using MlNetConvVis.Cli.Verbs.Doctor;
using MlNetConvVis.Cli.Verbs.Evaluate;
using MlNetConvVis.Cli.Verbs.Evolve;
using MlNetConvVis.Cli.Verbs.Extract;
using MlNetConvVis.Cli.Verbs.GradCams;
using MlNetConvVis.Cli.Verbs.Invariance;
using MlNetConvVis.Cli.Verbs.Occlude;
using MlNetConvVis.Cli.Verbs.Project;
using MlNetConvVis.Cli.Verbs.Score;
using MlNetConvVis.Cli.Verbs.Serve;
using MlNetConvVis.Cli.Verbs.Train;
using MlNetConvVis.Cli.Verbs.Transfer;
using MlNetConvVis.Cli.Verbs.Visualize;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Scoring;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli;

/// <summary>The program without its process: arguments in, text and exit code out.</summary>
internal static class App
{
    private static IReadOnlyList<Verb> AllVerbs =>
    [
        new RunVerb(), new DoctorVerb(), new InspectVerb(), new ExtractVerb(), new ProjectVerb(), new ExportProjectionVerb(), new GradCamVerb(),
        new VisualizeVerb(), new OccludeVerb(), new CorrespondVerb(), new InvarianceVerb(), new EvolveVerb(), new DiagnoseVerb(),
        new TrainVerb(), new AblateVerb(), new EvaluateVerb(), new TransferVerb(), new DepthVerb(), new ScoreVerb(), new MergeVerb(), new ServeVerb(),
    ];

    /// <summary>Runs one call.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress, notes and errors.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var terminal = new Terminal(output, error, cancellation);
        var name = "convvis";
        try
        {
            var verbs = AllVerbs;
            var request = CommandLine.Parse(args, verbs);
            if (request.Verb is null) return WithoutVerb(args, request, verbs, terminal);
            name = $"convvis {request.Verb.Name}";
            if (request.WantsHelp)
            {
                new HelpText(output, terminal.Width).Of(request.Verb);
                return ExitCode.Ok;
            }

            return request.Verb.Run(request.Arguments(), terminal);
        }
        catch (UsageException e)
        {
            terminal.Note($"{name}: {e.Message} See '{name} --help'.");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Note($"{name}: interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (IsAboutInput(e))
        {
            terminal.Note($"{name}: {e.Message}");
            return ExitCode.BadInput;
        }
        catch (Exception e)
        {
            return Failed(e, name, args.Contains("--verbose"), terminal);
        }
    }

    private static int WithoutVerb(IReadOnlyList<string> args, Request request, IReadOnlyList<Verb> verbs, Terminal terminal)
    {
        if (request.WantsVersion)
        {
            terminal.Output.WriteLine(typeof(App).Assembly.GetName().Version?.ToString(3));
            return ExitCode.Ok;
        }

        new HelpText(args.Count > 0 ? terminal.Output : terminal.Error, terminal.Width).Program(verbs);
        return args.Count > 0 ? ExitCode.Ok : ExitCode.BadInput;
    }

    /// <summary>Errors whose message says what came, what was wanted and what to do.</summary>
    private static bool IsAboutInput(Exception e) =>
        e is PipelineException or GraphException or ImageDecodeException or DataException or SpecException or ScoreException
            || e is TrainingException and not (TrainingDivergedException or TrainingStorageException);

    private static int Failed(Exception e, string name, bool verbose, Terminal terminal)
    {
        terminal.Note(e switch
        {
            ImageCodecMissingException or TrainingException or IOException or UnauthorizedAccessException => $"{name}: {e.Message}",
            DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException } =>
                $"{name}: a native library is missing: {(e.InnerException ?? e).Message} Run the set-up again; 'convvis doctor' shows what it found.",
            _ => $"{name}: this should not happen: {e.GetType().Name}: {e.Message}" + (verbose ? "" : " Run it again with --verbose to see where."),
        });
        if (verbose) terminal.Error.WriteLine(e);
        return ExitCode.Failed;
    }
}
