using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Training;

/// <summary>
/// Trains the rows of an ablation one after the other, each from scratch with the same images, recipe and seed, and measures their errors. Every row has a
/// folder of its own; a study that was stopped goes on where it was, and a row that is done is not trained again.
/// </summary>
/// <param name="plan">The rows and claims.</param>
/// <param name="options">The recipe of all rows.</param>
/// <param name="engine">What computes the steps; null for ONNX Runtime.</param>
public sealed class AblationStudy(AblationPlan plan, TrainingOptions options, ITrainingEngine? engine = null)
{
    /// <summary>The file in a row's folder that tells its errors.</summary>
    public const string RowFileName = "row.json";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Trains and measures what is not done yet.</summary>
    /// <param name="folder">Where the rows' folders are.</param>
    /// <param name="images">Reads the images for a preprocessing; called again only for a row that wants another one than the row before.</param>
    /// <param name="progress">Hears of every step and of every row that is done; null for none.</param>
    /// <param name="cancellation">Stops between two steps; what is done stays.</param>
    /// <returns>The rows and what came of the claims.</returns>
    /// <exception cref="TrainingException">The images have nothing to check with, or a row's folder holds another run.</exception>
    /// <exception cref="TrainingStorageException">A folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The study was stopped.</exception>
    public AblationResult Run(
        string folder, Func<ImagePreprocessing, TrainingSet> images, IProgress<AblationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(images);
        CheckNames();
        var results = new List<AblationRowResult>();
        (string Key, TrainingSet Set)? read = null;
        foreach (var (index, row) in plan.Rows.Index())
        {
            var preprocessing = TrainedNetwork.PreprocessingOf(row.Spec);
            if (read is not { } last || last.Key != preprocessing.ToJson()) read = (preprocessing.ToJson(), images(preprocessing));
            var set = read.Value.Set;
            if (set.Validation.Count == 0) throw new TrainingException("There are no images to check with; an ablation compares networks by them.");
            var steps = progress is null ? null : new RowProgress(progress, index, plan.Rows.Count, row);
            results.Add(Row(row, Path.Combine(folder, row.Name), set, steps, cancellation));
            progress?.Report(new AblationProgress(index, plan.Rows.Count, row, null, results[^1]));
        }

        return new AblationResult(results, [.. plan.Claims.Select(c => Decide(c, results))]);
    }

    private void CheckNames()
    {
        if (plan.Rows.Select(static r => r.Name).FirstOrDefault(static n => n.Trim('.').Length == 0 || !n.All(IsPlain)) is { } odd)
            throw new TrainingException($"Row '{odd}' cannot name a folder; letters, digits, '-', '_' and '.' can.");
    }

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    private static AblationClaimResult Decide(AblationClaim claim, IReadOnlyList<AblationRowResult> rows)
    {
        AblationRowResult Row(string name) => rows.First(r => r.Row.Name == name);
        return new AblationClaimResult(claim, claim.Margin(name => Row(name).Errors), claim.Margin(name => Row(name).Row.Published));
    }

    private AblationRowResult Row(AblationRow row, string folder, TrainingSet set, RowProgress? steps, CancellationToken cancellation)
    {
        var network = row.Spec.Compile(set.Classes.Count, (long)options.Seed);
        var (key, file) = (Key(network, set), Path.Combine(folder, RowFileName));
        if (File.Exists(file)) return new AblationRowResult(row, Read(file, key)) { Folder = folder };
        try
        {
            var trained = new ConvNetTrainer(network, set, options, engine).Train(folder, resume: true, steps, cancellation);
            var found = Measured(network, trained, set, key, cancellation);
            DurableFile.Write(file, stream => JsonSerializer.Serialize(stream, found, s_json));
            return new AblationRowResult(row, found) { Folder = folder };
        }
        catch (TrainingDivergedException e)
        {
            return new AblationRowResult(row, null) { Folder = folder, Problem = e.Message };      // the other rows can still be compared
        }
    }

    private AblationMeasurement Measured(
        CompiledNetwork network, TrainingResult trained, TrainingSet set, string key, CancellationToken cancellation)
    {
        var settings = options.ToSettings();
        var seen = Validation.Measure(trained.Network, network.Logits, set, set.Training, settings, cancellation);
        var kept = Validation.Measure(trained.Network, network.Logits, set, set.Validation, settings, cancellation);
        return new AblationMeasurement(
            key, 100 * (1 - seen.Accuracy), 100 * (1 - kept.Accuracy), kept.Top5 is { } near ? 100 * (1 - near) : null,
            network.Spec.CountParameters(set.Classes.Count), trained.Epochs);
    }

    private string Key(CompiledNetwork network, TrainingSet set)
    {
        var parts = $"{Convert.ToHexString(SHA256.HashData(OnnxFile.ToBytes(network.Graph)))}\n{options.ToJson()}\n{set.Fingerprint}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(parts)))[..32];
    }

    private static AblationMeasurement Read(string file, string key)
    {
        AblationMeasurement? found;
        try
        {
            found = JsonSerializer.Deserialize<AblationMeasurement>(File.ReadAllText(file), s_json);
        }
        catch (JsonException e)
        {
            throw new TrainingException($"'{file}' is not what an ablation writes ({e.Message}); remove it, and the row is measured again.");
        }

        return found?.Key == key ? found : throw new TrainingException(
            $"'{file}' is of another network, recipe, seed or set of images than this call's; take another folder, or remove that one.");
    }

    /// <summary>Passes a row's steps on.</summary>
    private sealed class RowProgress(IProgress<AblationProgress> progress, int index, int rows, AblationRow row) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(new AblationProgress(index, rows, row, value, null));
    }
}
