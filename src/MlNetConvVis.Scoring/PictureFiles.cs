using System.Globalization;
using MlNetConvVis.Features;

namespace MlNetConvVis.Scoring;

/// <summary>The pictures of rows: named by row and unit, a folder for each thousand rows.</summary>
internal static class PictureFiles
{
    private const int RowsOfFolder = 1000;

    /// <summary>Names the picture of a row, relative to the results' folder, '/' between the parts.</summary>
    public static string NameOf(int row, Unit unit, bool wholeMap) => string.Create(CultureInfo.InvariantCulture,
        $"{ScoreFolder.PicturesName}/{row / RowsOfFolder:D6}/{row:D9}-map{unit.Channel}{(wholeMap ? "" : FormattableString.Invariant($"-row{unit.Y}-column{unit.X}"))}.png");

    /// <summary>Finds the pictures that are there.</summary>
    /// <param name="folder">The folder of results.</param>
    /// <returns>The name of each by its row.</returns>
    public static Dictionary<int, string> In(string folder)
    {
        var all = Path.Combine(folder, ScoreFolder.PicturesName);
        var found = new Dictionary<int, string>();
        if (!Directory.Exists(all)) return found;
        foreach (var file in Directory.EnumerateFiles(all, "*.png", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            if (int.TryParse(Path.GetFileName(name).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var row)) found[row] = name;
        }

        return found;
    }
}
