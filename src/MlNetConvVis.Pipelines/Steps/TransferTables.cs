using System.Globalization;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Writes a transfer experiment's results as tables for other programs. Accuracies are shares, 0 to 1.</summary>
internal static class TransferTables
{
    public static void Write(string folder, IReadOnlyList<TransferResult> results)
    {
        Write(folder, "accuracy.csv", "head,images_per_class,fold,accuracy,trained,tested,l2,iterations,converged", results, static (head, row, _) =>
            row.Folds.Select(f => Line($"{head},{row.ImagesPerClass},{f.Fold + 1},{f.Accuracy:R},{f.Trained},{f.Tested},{f.L2:R},{f.Iterations},{f.Converged}")));
        Write(folder, "classes.csv", "head,images_per_class,class,accuracy,tested", results, static (head, row, names) => names.Select((name, c) =>
            Line($"{head},{row.ImagesPerClass},{CsvTable.Quoted(name)},{row.ClassAccuracy[c]:R},{row.Confusion[c].Sum()}")));
        Write(folder, "confusion.csv", "head,images_per_class,true_class,taken_for,times", results, static (head, row, names) =>
            from c in Enumerable.Range(0, names.Count)
            from other in Enumerable.Range(0, names.Count)
            where row.Confusion[c][other] > 0
            select Line($"{head},{row.ImagesPerClass},{CsvTable.Quoted(names[c])},{CsvTable.Quoted(names[other])},{row.Confusion[c][other]}"));
    }

    private static void Write(
        string folder, string file, string heading, IReadOnlyList<TransferResult> results,
        Func<string, ProtocolRow, IReadOnlyList<string>, IEnumerable<string>> lines)
    {
        var text = new StringBuilder(heading).Append('\n');
        foreach (var result in results)
        {
            foreach (var row in result.Rows) text.AppendJoin("", lines(TransferStep.NameOf(result.Protocol.Head.Kind), row, result.ClassNames));
        }

        RunFolder.WriteWhole(Path.Combine(folder, file), Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture) + "\n";
}
