using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.MLNet.Images;

/// <summary>Images from files as a chain of ML.NET's own transforms, which saves and loads.</summary>
internal static class ImageFiles
{
    /// <summary>The text of settings and file, inside the chain.</summary>
    public const string FileColumn = "convvis.file";

    /// <summary>The pixels as a vector of unknown length, inside the chain.</summary>
    public const string PixelsColumn = "convvis.pixels";

    /// <summary>The metadata with the <see cref="PhotoFolder"/>, in a saved model.</summary>
    public const string SourceKey = "convvis.mlnet.source";

    /// <summary>The metadata with the column of paths, in a saved model.</summary>
    public const string InputKey = "convvis.mlnet.input";

    /// <summary>Makes the estimator.</summary>
    public static ConvNetEstimator Estimator(TransformsCatalog catalog, string output, string input, PhotoFolder source, int batchSize) => new(
        [new WantedColumn(input, TextDataViewType.Instance, null, "It holds the paths of image files, such as a column of string.")],
        () => new StockEstimator(catalog, Sized(output, input, source), file => Chain(catalog, output, input, source, file)),
        () => new ImageComputation(input, output, source, batchSize));

    /// <summary>Settings before each file, the mapping by contract, and an ONNX step that gives the vector its shape.</summary>
    private static EstimatorChain<ITransformer> Chain(TransformsCatalog catalog, string output, string input, PhotoFolder source, string file) =>
        new EstimatorChain<ITransformer>()
            .Append(catalog.Expression(FileColumn, $"file => concat(\"{source.ToText()}|\", file)", input))
            .Append(catalog.CustomMapping<ImageFileRow, ImagePixelsRow>(ImageFileMapping.Map, ImageFileMapping.Contract))
            .Append(ContextEnvironment.ProcessorTransforms.ApplyOnnxModel([output], [PixelsColumn], file))
            .Append<ITransformer>(catalog.DropColumns(FileColumn, PixelsColumn));

    private static OnnxGraph Sized(string output, string input, PhotoFolder source)
    {
        var p = source.Preprocessing;
        var shape = p.Layout == TensorLayout.Nhwc ? new TensorShape(p.Height, p.Width, p.ChannelCount) : new TensorShape(p.ChannelCount, p.Height, p.Width);
        var build = new GraphBuilder("images");
        // OnnxTransformer takes a vector of unknown length where the unknown dimension is not the first
        var pixels = build.Input(PixelsColumn, ElementType.Float, new TensorShape(1, Dim.Free("pixels")));
        build.Node("Reshape", [pixels, build.Longs([.. shape.Dims.Select(static d => d.Size)])], name: output);
        build.SetMetadata(ColumnGraph.KindKey, ColumnGraph.ImagesKind);
        build.SetMetadata(SourceKey, source.ToText());
        build.SetMetadata(InputKey, input);
        return build.ToGraph(new ValueInfo(output, ElementType.Float, shape));
    }
}
