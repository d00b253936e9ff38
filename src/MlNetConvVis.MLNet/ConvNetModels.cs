using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using MlNetConvVis.Graph;
using MlNetConvVis.MLNet.Batching;
using MlNetConvVis.MLNet.Images;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.MLNet;

/// <summary>Loads saved pipelines with networks in them.</summary>
public static class ConvNetModels
{
    /// <summary>Loads a model like <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/>, and computes the networks in it in batches again.
    /// The values are the same; ML.NET's own loading computes row by row.</summary>
    /// <param name="catalog">The context's models.</param>
    /// <param name="filePath">The file that <c>ml.Model.Save</c> wrote.</param>
    /// <param name="inputSchema">The columns that the model was fitted on.</param>
    /// <returns>The model; dispose of it when it is no longer used.</returns>
    public static TransformerChain<ITransformer> LoadConvNets(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema)
    {
        using var file = File.OpenRead(filePath);
        return catalog.LoadConvNets(file, out inputSchema);
    }

    /// <summary>Loads a model like <see cref="ModelOperationsCatalog.Load(Stream, out DataViewSchema)"/>, and computes the networks in it in batches
    /// again.</summary>
    /// <param name="catalog">The context's models.</param>
    /// <param name="stream">What <c>ml.Model.Save</c> wrote; read to its end.</param>
    /// <param name="inputSchema">The columns that the model was fitted on.</param>
    /// <returns>The model; dispose of it when it is no longer used.</returns>
    public static TransformerChain<ITransformer> LoadConvNets(this ModelOperationsCatalog catalog, Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var model = catalog.Load(stream, out inputSchema);
        return new TransformerChain<ITransformer>([.. Parts(model).Select(part => Batched(catalog, part))]);
    }

    private static IEnumerable<ITransformer> Parts(ITransformer model) => model is not IEnumerable<ITransformer> chain || IsImages(model)
        ? [model] : chain.SelectMany(Parts);

    /// <summary>The four parts of images from files: see <see cref="ImageFiles"/>.</summary>
    private static bool IsImages(ITransformer model) => model is IEnumerable<ITransformer> chain && chain.Count() == 4
        && chain.ElementAt(1).GetType().GetGenericArguments().Contains(typeof(ImageFileRow));

    private static ITransformer Batched(ModelOperationsCatalog catalog, ITransformer part)
    {
        if (IsImages(part))
        {
            var graph = GraphOf(catalog, ((IEnumerable<ITransformer>)part).ElementAt(2));
            var source = PhotoFolder.FromText(graph.Metadata[ImageFiles.SourceKey]);
            return Wrapped(part, new ImageComputation(graph.Metadata[ImageFiles.InputKey], graph.Outputs[0].Name, source, 32));
        }

        return part is OnnxTransformer && GraphOf(catalog, part) is var network
            && network.Metadata.GetValueOrDefault(ColumnGraph.KindKey) is ColumnGraph.NetworkKind or ColumnGraph.FixedKind
            ? Wrapped(part, new GraphComputation(ColumnGraph.ManyRows(network), ContextEnvironment.Settings(catalog), 32)) : part;
    }

    private static BatchedTransformer Wrapped(ITransformer inner, IBatchComputation computation) => new(inner, computation, () =>
    {
        (inner as IDisposable)?.Dispose();
        computation.Dispose();
    });

    /// <summary>ML.NET keeps a transformer's graph to itself, but writes it whole into a saved model.</summary>
    private static OnnxGraph GraphOf(ModelOperationsCatalog catalog, ITransformer transformer)
    {
        using var saved = new MemoryStream();
        catalog.Save(transformer, null, saved);
        using var zip = new ZipArchive(new MemoryStream(saved.ToArray()), ZipArchiveMode.Read);
        var entry = zip.Entries.FirstOrDefault(static e => e.Name == "OnnxModel")
            ?? throw new InvalidDataException("The saved model holds no ONNX graph where one is expected; load it with ml.Model.Load.");
        using var bytes = new MemoryStream();
        using (var content = entry.Open()) content.CopyTo(bytes);
        return OnnxFile.Read(Unframed(bytes.ToArray()));
    }

    /// <summary>The entry begins with the graph's length as four bytes.</summary>
    private static byte[] Unframed(byte[] entry) =>
        entry.Length >= 4 && BitConverter.ToInt32(entry, 0) == entry.Length - 4 ? entry[4..] : entry;
}
