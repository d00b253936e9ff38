using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>How often one network, or the mean of several, is right.</summary>
/// <param name="Top1">The part of the images whose strongest class is theirs, 0 to 1.</param>
/// <param name="Top5">The part of the images whose class is among the five strongest, 0 to 1; null for five classes or fewer.</param>
/// <param name="Loss">Mean cross-entropy in nats.</param>
public sealed record EvaluationScore(double Top1, double? Top5, double Loss);

/// <summary>How often the images of one class are recognised.</summary>
/// <param name="Name">The class.</param>
/// <param name="Images">How many images it has.</param>
/// <param name="Score">How often they are recognised.</param>
/// <param name="TakenFor">The other class that they are most often taken for; null when they are taken for none.</param>
/// <param name="TakenForCount">How many are.</param>
public sealed record ClassScore(string Name, int Images, EvaluationScore Score, string? TakenFor, int TakenForCount);

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationResult
{
    /// <summary>Gets how many images were looked at.</summary>
    public required int Images { get; init; }

    /// <summary>Gets how often the network, or the mean of all networks' probabilities, is right.</summary>
    public required EvaluationScore Score { get; init; }

    /// <summary>Gets how often each network by itself is right, in the order they were given.</summary>
    public required IReadOnlyList<EvaluationScore> Models { get; init; }

    /// <summary>Gets the classes that images were of, in the order of the first network.</summary>
    public required IReadOnlyList<ClassScore> Classes { get; init; }

    /// <summary>Gets the networks' class names: rows and columns of <see cref="Confusion"/>.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Gets how many images of the row's class were taken for the column's.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Gets the images that could not be read and were left out.</summary>
    public required IReadOnlyList<BrokenImage> Broken { get; init; }

    /// <summary>Gets the mean of the classes' own accuracies, 0 to 1: what counts where classes have different numbers of images.</summary>
    public double MeanClassTop1 => Classes.Average(static c => c.Score.Top1);

    /// <summary>Finds the pairs of classes that are mistaken most often.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>True class, the class it was taken for, and how often; the most frequent first, equal ones in the order of the classes.</returns>
    public IReadOnlyList<(string TrueClass, string TakenFor, int Count)> MostConfused(int most)
    {
        var mistakes =
            from row in Enumerable.Range(0, ClassNames.Count)
            from column in Enumerable.Range(0, ClassNames.Count)
            where row != column && Confusion[row][column] > 0
            orderby Confusion[row][column] descending, row, column
            select (ClassNames[row], ClassNames[column], Confusion[row][column]);
        return [.. mistakes.Take(most)];
    }
}
