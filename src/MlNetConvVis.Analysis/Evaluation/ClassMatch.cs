using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Analysis;

/// <summary>Finds each class of the images among the outputs of a network, by name.</summary>
internal static class ClassMatch
{
    private const int FewNamed = 5;

    /// <summary>Gets the class names that all networks share, in the order of the first.</summary>
    /// <exception cref="DataException">A network does not name its classes, or another has others.</exception>
    public static IReadOnlyList<string> Shared(IReadOnlyList<ConvNet> nets)
    {
        var first = NamesOf(nets[0]);
        foreach (var net in nets.Skip(1))
        {
            if (NamesOf(net).Except(first).Concat(first.Except(NamesOf(net))).ToArray() is [var odd, ..])
            {
                throw new DataException(
                    $"'{nets[0].File}' and '{net.File}' do not tell the same classes apart ('{odd}' is known to one of them only); " +
                    "models whose probabilities are averaged must have been trained on the same classes.");
            }
        }

        return first;
    }

    /// <summary>Gets, for each of the shared classes, the place that a network has it at.</summary>
    public static int[] Places(ConvNet net, IReadOnlyList<string> shared)
    {
        var names = NamesOf(net);
        return [.. shared.Select(name => names.Index().First(n => n.Item == name).Index)];
    }

    /// <summary>Gets, for each class of the images, its place among the shared ones.</summary>
    /// <exception cref="DataException">The networks do not know one of them, or images have no class.</exception>
    public static int[] Labels(ImageSet photos, IReadOnlyList<string> shared)
    {
        if (photos.Images.Any(static i => i.Label == LabelledImage.Unlabelled))
            throw new DataException("The images have no classes to compare with; a folder with one folder a class was wanted.");
        var known = shared.Index().ToDictionary(static n => n.Item, static n => n.Index, StringComparer.Ordinal);
        var unknown = photos.Classes.Where(c => !known.ContainsKey(c)).ToArray();
        return unknown.Length == 0 ? [.. photos.Classes.Select(c => known[c])] : throw new DataException(
            $"The images are of {unknown.Length} classes that the model does not know ({Some(unknown)}); it knows {shared.Count} ({Some(shared)}). " +
            "Name the folders as the model names its classes, or name the classes as the folders are called with --classes.");
    }

    private static IReadOnlyList<string> NamesOf(ConvNet net) => net.Classes ?? throw new DataException(
        $"Model '{net.File}' does not name its classes; give their names in the order of its outputs with --classes, or in a YAML file beside it.");

    private static string Some(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(FewNamed).Select(static n => $"'{n}'")) + (names.Count > FewNamed ? ", …" : "");
}
