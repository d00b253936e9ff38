namespace MlNetConvVis.Tests;

/// <summary>Finds the reference files that lie in a part's Reference folder (copied beside the tests).</summary>
internal static class ReferenceFile
{
    public static string PathOf(string part, string name) => Path.Combine(AppContext.BaseDirectory, part, "Reference", name);

    public static byte[] Bytes(string part, string name) => File.ReadAllBytes(PathOf(part, name));
}
