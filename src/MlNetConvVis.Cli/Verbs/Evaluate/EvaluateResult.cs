using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;

namespace MlNetConvVis.Cli.Verbs.Evaluate;

/// <summary>How often one model is right, in <c>evaluate --json</c>.</summary>
internal sealed record ModelScore(string Model, double Top1, double? Top5, double Loss);

/// <summary>How often one class is recognised, in <c>evaluate --json</c>.</summary>
internal sealed record ClassRow(string Name, int Images, double Top1, double? Top5, string? TakenFor, int TakenForCount);

/// <summary>Two classes that are mistaken, in <c>evaluate --json</c>.</summary>
internal sealed record Mistake(string TrueClass, string TakenFor, int Count);

/// <summary>What <c>evaluate --json</c> says.</summary>
internal sealed record EvaluateResult(
    int Images,
    int Crops,
    double Top1,
    double? Top5,
    double Loss,
    double MeanClassTop1,
    IReadOnlyList<ModelScore> Models,
    IReadOnlyList<ClassRow> Classes,
    IReadOnlyList<Mistake> MostConfused,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<IReadOnlyList<int>> Confusion,
    IReadOnlyList<SkippedImage> Skipped)
{
    private const int Mistakes = 10;

    public static EvaluateResult Of(EvaluationResult found, IReadOnlyList<string> models, int crops) => new(
        found.Images, crops, found.Score.Top1, found.Score.Top5, found.Score.Loss, found.MeanClassTop1,
        [.. models.Zip(found.Models, static (model, s) => new ModelScore(model, s.Top1, s.Top5, s.Loss))],
        [.. found.Classes.Select(static c => new ClassRow(c.Name, c.Images, c.Score.Top1, c.Score.Top5, c.TakenFor, c.TakenForCount))],
        [.. found.MostConfused(Mistakes).Select(static m => new Mistake(m.TrueClass, m.TakenFor, m.Count))],
        found.ClassNames, found.Confusion,
        [.. found.Broken.Select(static b => new SkippedImage(b.File, b.Message))]);
}
