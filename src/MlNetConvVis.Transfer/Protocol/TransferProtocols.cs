namespace MlNetConvVis.Transfer;

/// <summary>The experiments that have a name, as data.</summary>
public static class TransferProtocols
{
    /// <summary>Caltech-101 as in the paper's table 4: 15 and 30 training images a class, up to 50 of the others tested, the mean of per-class accuracies,
    /// 5 folds.</summary>
    public static TransferProtocol Caltech101 { get; } = new() { Name = "caltech101", ImagesPerClass = [15, 30], TestPerClass = 50, Folds = 5 };

    /// <summary>Caltech-256 as in the paper's table 5 and figure 9: 6, 15, 30, 45 and 60 training images a class. The paper names no number of tested images
    /// and of folds; those of Caltech-101 are taken.</summary>
    public static TransferProtocol Caltech256 { get; } = new() { Name = "caltech256", ImagesPerClass = [6, 15, 30, 45, 60], TestPerClass = 50, Folds = 5 };

    /// <summary>Anybody's own folders: 5, 15 and 30 training images a class.</summary>
    public static TransferProtocol Folder { get; } = new();

    /// <summary>PASCAL VOC 2012 (section 5.3): images show several classes, so each class's average precision is measured, on the images the data set keeps for
    /// validation. Run it with <see cref="RankingProtocol"/>; of this record it takes name, seed and head.</summary>
    public static TransferProtocol Voc2012 { get; } = new() { Name = "voc2012", Folds = 1 };

    /// <summary>Gets all of them, by name.</summary>
    public static IReadOnlyDictionary<string, TransferProtocol> ByName { get; } =
        new[] { Folder, Caltech101, Caltech256, Voc2012 }.ToDictionary(static p => p.Name, StringComparer.Ordinal);
}
