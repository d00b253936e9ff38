using MlNetConvVis.Data;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public class SplitFileTests
{
    private static readonly string[] s_classes = ["a", "b"];
    private static readonly string[] s_names = [.. Enumerable.Range(0, 12).Select(static i => $"{(i % 2 == 0 ? "a" : "b")}/photo{i}.jpg")];

    [Fact]
    public void Splits_come_back_even_when_rows_have_another_order()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "splits.json");
        var splits = new TransferProtocol { ImagesPerClass = [2], Folds = 2, TestPerClass = 3 }.PlanSplits(Matrix());
        SplitFile.Write(file, splits, s_classes, s_names);
        Assert.Equal(Named(splits, s_names), Named(SplitFile.Read(file, s_classes, s_names), s_names));
        string[] turned = [.. s_names.Reverse()];
        Assert.Equal(Named(splits, s_names), Named(SplitFile.Read(file, s_classes, turned), turned));
    }

    [Fact]
    public void Images_and_classes_that_are_not_there_are_named()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "splits.json");
        SplitFile.Write(file, new TransferProtocol { ImagesPerClass = [2], Folds = 1 }.PlanSplits(Matrix()), s_classes, s_names);
        Assert.Contains("photo", Assert.Throws<DataException>(() => SplitFile.Read(file, s_classes, s_names[..^6])).Message, StringComparison.Ordinal);
        Assert.Contains("'c'", Assert.Throws<DataException>(() => SplitFile.Read(file, ["a", "c"], s_names)).Message, StringComparison.Ordinal);
        Assert.Contains("none.json", Assert.Throws<DataException>(() => SplitFile.Read("none.json", s_classes, s_names)).Message, StringComparison.Ordinal);
    }

    private static FeatureMatrix Matrix() => new(new float[12], 1, [.. Enumerable.Range(0, 12).Select(static i => i % 2)], s_classes);

    private static string Named(IReadOnlyList<FoldSplit> splits, string[] names) => string.Join('\n', splits.Select(s =>
        $"{s.Fold}: {string.Join(" | ", s.Train.Select(rows => string.Join(',', rows.Select(r => names[r]))))} -> {string.Join(',', s.Test.Select(r => names[r]))}"));
}
