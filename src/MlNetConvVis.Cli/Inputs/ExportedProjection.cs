using System.Text.Json;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>A file that <c>export-projection</c> made: it is run, not looked into.</summary>
/// <param name="File">The file.</param>
/// <param name="Graph">What is in it.</param>
/// <param name="Layer">The layer that it projects.</param>
/// <param name="Rule">The preset of its rules.</param>
internal sealed record ExportedProjection(string File, OnnxGraph Graph, string Layer, string Rule)
{
    /// <summary>Reads a network; a projection in its place is told apart.</summary>
    /// <exception cref="GraphException">The file is no network of one image input.</exception>
    public static ConvNet Network(string file)
    {
        try
        {
            return ConvNet.Load(file);
        }
        catch (GraphException) when (Find(file) is { } found)
        {
            throw new GraphException(
                $"'{file}' is no network but the deconvnet of one, made by export-projection from layer '{found.Layer}'; the network itself was wanted. " +
                $"'convvis inspect {file}' says how to run it.");
        }
    }

    /// <summary>Reads such a file.</summary>
    /// <returns>What it says of itself; null where it is another file.</returns>
    public static ExportedProjection? Find(string file)
    {
        try
        {
            var graph = OnnxFile.Read(file);
            if (!graph.Metadata.TryGetValue(ProjectionModel.MetadataKey, out var text)) return null;
            var said = JsonDocument.Parse(text).RootElement;
            return new ExportedProjection(file, graph, said.GetProperty("layer").GetString() ?? "", said.GetProperty("rule").GetString() ?? "");
        }
        catch (Exception e) when (e is GraphException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;      // whoever reads it as a network says what is wrong with it
        }
    }
}
