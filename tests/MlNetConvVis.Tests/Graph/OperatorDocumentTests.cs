using System.Text.RegularExpressions;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>docs/operators.md names exactly the operators of the table.</summary>
public partial class OperatorDocumentTests
{
    [Fact]
    public void Document_names_every_operator_of_the_table_and_no_other()
    {
        var rows = File.ReadAllLines(Path.Combine(Root(), "docs", "operators.md"))
            .Where(static l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| operator", StringComparison.Ordinal));
        var named = rows.SelectMany(static l => Word().Matches(l.Split('|')[1]).Select(static m => m.Value)).Order(StringComparer.Ordinal);
        Assert.Equal(ReversalRules.Gradient.Operators.Order(StringComparer.Ordinal), named);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MlNetConvVis.sln"))) folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
