using System.Globalization;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>Writes <c>report.html</c> into the run's folder: the curves so far.</summary>
internal sealed class TrainingPage(string folder, NetworkSpec spec, TrainingSet set, TrainingOptions options, string engine, Action<string> note)
{
    private readonly string _file = Path.Combine(folder, TrainingReport.FileName);
    private readonly long _parameters = spec.CountParameters(set.Classes.Count);

    public void Write(IReadOnlyList<EpochMetrics> epochs)
    {
        var subtitle = string.Create(CultureInfo.InvariantCulture,
            $"{_parameters:N0} parameters, {set.Classes.Count} classes, {set.Training.Count:N0} photos to train on, {set.Validation.Count:N0} to check with.");
        try
        {
            TrainingReport.Of($"Training {spec.Name}", subtitle, epochs, Foot()).Save(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            note($"The curves cannot be written to '{_file}': {e.Message} Training goes on.");      // a picture is not worth an epoch
        }
    }

    private ReportFoot Foot() => new()
    {
        Created = DateTimeOffset.UtcNow,
        Facts =
        [
            new("Recipe", options.ToJson()),
            new("Engine", $"{engine}, ONNX Runtime {RuntimeFacts.Version}, {options.Device}"),
            new("Images' fingerprint", set.Fingerprint),
        ],
    };
}
