namespace MlNetConvVis.Data;

/// <summary>Writes names into a message: all of a few, the first of many.</summary>
internal static class NamedList
{
    private const int Shown = 5;

    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Shown).Select(static n => $"'{n}'")) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
}
