using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Specs;

/// <summary>The specs that come with the product, and small ones written in a test.</summary>
internal static class SpecFile
{
    public static NetworkSpec Model(string name) => NetworkSpec.Read(Path.Combine(RepositoryRoot(), "models", $"{name}.yaml"));

    /// <summary>All specs of a folder of <c>models</c>, without the table that lists them.</summary>
    public static IEnumerable<(string File, NetworkSpec Spec)> Models(string folder) =>
        Directory.GetFiles(Path.Combine(RepositoryRoot(), "models", folder), "*.yaml").Order(StringComparer.Ordinal)
            .Where(static f => Path.GetFileName(f) != "table3.yaml").Select(static f => (f, NetworkSpec.Read(f)));

    /// <summary>A spec with an input of 3x8x8 whose layers begin in line 4; each takes one line, its name beginning in column 5.</summary>
    public static NetworkSpec WithLayers(params string[] layers) => NetworkSpec.Parse(TextWithLayers(layers), "test.yaml");

    public static string TextWithLayers(params string[] layers) =>
        $"name: test\ninput: {{ channels: 3, height: 8, width: 8 }}\nlayers:\n{string.Concat(layers.Select(static l => $"  - {l}\n"))}";

    public static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MlNetConvVis.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No repository lies above '{AppContext.BaseDirectory}'.");
        return folder;
    }
}
