using System.Text.Json;
using MlNetConvVis.Data;

namespace MlNetConvVis.Transfer;

/// <summary>Splits as a file: for each fold the names of the images that are trained and tested on, so that others can repeat it exactly.</summary>
public static class SplitFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes splits; the file appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="splits">The splits.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="rowNames">The name of each row's image, such as its path relative to the data.</param>
    public static void Write(string path, IReadOnlyList<FoldSplit> splits, IReadOnlyList<string> classNames, IReadOnlyList<string> rowNames)
    {
        ArgumentNullException.ThrowIfNull(splits);
        var folds = splits.Select(split => new NamedFold(
            split.Fold,
            split.Train.Select((rows, c) => (classNames[c], rows)).ToDictionary(
                static t => t.Item1, t => t.rows.Select(row => rowNames[row]).ToArray(), StringComparer.Ordinal),
            [.. split.Test.Select(row => rowNames[row])]));
        File.WriteAllBytes(path + ".partial", JsonSerializer.SerializeToUtf8Bytes(folds.ToArray(), s_json));
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>Reads splits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="rowNames">The name of each row's image.</param>
    /// <returns>The splits; whether they fit the features is checked when they are used.</returns>
    /// <exception cref="DataException">The file cannot be read, or names a class or an image that is not there.</exception>
    public static IReadOnlyList<FoldSplit> Read(string path, IReadOnlyList<string> classNames, IReadOnlyList<string> rowNames)
    {
        ArgumentNullException.ThrowIfNull(rowNames);
        NamedFold[] folds;
        try
        {
            folds = JsonSerializer.Deserialize<NamedFold[]>(File.ReadAllBytes(path), s_json) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"Splits '{path}' cannot be read: {e.Message} Wanted is a file as 'transfer' writes it (splits.json).", e);
        }

        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < rowNames.Count; row++) rows[rowNames[row]] = row;
        int Row(int fold, string name) => rows.TryGetValue(name, out var row) ? row : throw new DataException(
            $"Splits '{path}', fold {fold + 1}: image '{name}' is not there, or could not be read. Give the data the splits were made from.");
        return [.. folds.Select(fold => new FoldSplit(
            fold.Fold, [.. classNames.Select(name => TrainingOf(path, fold, name).Select(image => Row(fold.Fold, image)).ToArray())],
            [.. fold.Test.Select(image => Row(fold.Fold, image))]))];
    }

    private static string[] TrainingOf(string path, NamedFold fold, string name) => fold.Train.TryGetValue(name, out var images) ? images
        : throw new DataException($"Splits '{path}', fold {fold.Fold + 1}: class '{name}' is not there. Give splits of the same classes.");

    private sealed record NamedFold(int Fold, IReadOnlyDictionary<string, string[]> Train, IReadOnlyList<string> Test);
}
