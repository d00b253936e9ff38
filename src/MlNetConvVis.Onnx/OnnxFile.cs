using Google.Protobuf;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Onnx.Wire;

namespace MlNetConvVis.Onnx;

/// <summary>Reads and writes ONNX files. The only place that knows their wire format.</summary>
public static class OnnxFile
{
    /// <summary>The IR version that is written: the newest that pairs with operator set 18.</summary>
    private const int WrittenIrVersion = 8;

    /// <summary>The version of the classical operators (domain ai.onnx.ml) that is written; from 2 on a LabelEncoder maps from texts.</summary>
    private const int WrittenMLOpset = 2;

    /// <summary>Reads a model as it stands in the file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The graph, in the file's own operator set.</returns>
    /// <exception cref="GraphException">The file is missing, truncated, no ONNX model, or uses what cannot be read (control flow, data outside its
    /// folder).</exception>
    public static OnnxGraph Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new GraphException($"Model '{path}' is a folder; name the ONNX file in it.");
        if (!File.Exists(path)) throw new GraphException($"Model '{path}' does not exist. Name an ONNX file.");
        try
        {
            return Read(File.ReadAllBytes(path), path, new ExternalData(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException($"Model '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns>The graph, in the file's own operator set.</returns>
    /// <exception cref="GraphException">The bytes are truncated, no ONNX model, or use what cannot be read.</exception>
    public static OnnxGraph Read(byte[] bytes, string name = "model") => Read(bytes, name, new ExternalData(null));

    /// <summary>Reads a model and brings it to the form that everything here computes with: operator set 18, constants as initializers.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The graph in canonical form; the file itself stays as it is.</returns>
    /// <exception cref="GraphException">See <see cref="Read(string)"/>; or the operator set is older or newer than what is known.</exception>
    public static OnnxGraph Load(string path) => CanonicalForm.Of(Read(path));

    /// <summary>Turns a graph into the bytes of an ONNX file.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The file's content; the same graph always gives the same bytes.</returns>
    public static byte[] ToBytes(OnnxGraph graph)
    {
        var model = new ModelProto
        {
            IrVersion = WrittenIrVersion,
            ProducerName = "MlNetConvVis",
            ProducerVersion = typeof(OnnxFile).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = WireWriter.Graph(graph ?? throw new ArgumentNullException(nameof(graph))),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = graph.Opset });
        foreach (var domain in graph.Nodes.Select(static n => n.Domain).Where(static d => d.Length > 0).Distinct().Order(StringComparer.Ordinal))
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = domain == "ai.onnx.ml" ? WrittenMLOpset : 1 });
        foreach (var (key, value) in graph.Metadata) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    /// <summary>Writes a graph; the file appears whole or not at all.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="path">The file, replaced when it is there.</param>
    public static void Write(OnnxGraph graph, string path)
    {
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(unfinished, ToBytes(graph));
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static OnnxGraph Read(byte[] bytes, string name, ExternalData external)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GraphException($"'{name}' is no ONNX model, or it is truncated ({bytes.Length} bytes): {e.Message} Copy or export it again.", e);
        }

        if (model.Graph is null || model.OpsetImport.Count == 0)
            throw new GraphException($"'{name}' holds no ONNX graph ({bytes.Length} bytes); it is truncated or another kind of file. Copy or export it again.");
        return new WireReader(name, external).Graph(model);
    }
}
