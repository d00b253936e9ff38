using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>Reads the names of a network's classes.</summary>
public static class ClassNames
{
    /// <summary>Refuses a list of another length than the network has classes: every name would stand at a wrong one, or some at none.</summary>
    /// <param name="net">A network with its class names.</param>
    /// <exception cref="GraphException">The numbers differ; where the network's output is no list of scores, nothing is refused.</exception>
    internal static void EnsureFit(ConvNet net)
    {
        if (net.Classes is not { } names || net.ScoreCount is not { } scores || scores == names.Count) return;
        throw new GraphException(FormattableString.Invariant(
            $"{net.Label} has {scores} classes, but {names.Count} class names were given; ")
            + "one name for each, in the order of the network's outputs, was wanted.");
    }

    /// <summary>Reads a text file with one name a line, in the order of the network's last layer; empty lines at the end do not count.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The names.</returns>
    /// <exception cref="GraphException">The file cannot be read, or a name is missing.</exception>
    public static IReadOnlyList<string> Read(string file)
    {
        try
        {
            var names = File.ReadAllText(file).TrimEnd().Split('\n').Select(static line => line.Trim()).ToArray();
            var missing = Array.IndexOf(names, "");
            return missing < 0 ? names
                : throw new GraphException(
                    $"Class file '{file}', line {missing + 1} is empty; one class name a line, in the order of the network's outputs, was wanted.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(
                $"Class file '{file}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist." : e.Message)}", e);
        }
    }
}
