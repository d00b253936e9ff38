using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Networks so small that every value can be worked out by hand.</summary>
internal static class TinyModel
{
    /// <summary>
    /// x [N,3,4,4]; block/same = x (a 1x1 convolution with the identity); block/relu; block/pool = 2x2 maxima; mean over places; prob = softmax.
    /// Photos of 4x4 go in as they are.
    /// </summary>
    public static string Write(TemporaryFolder folder, string name = "tiny.onnx", bool saysPreprocessing = true)
    {
        var path = Path.Combine(folder.Path, name);
        OnnxFile.Write(Identity(saysPreprocessing), path);
        return path;
    }

    /// <summary>The same with weights of -1: no map is ever active.</summary>
    public static void WriteNegative(TemporaryFolder folder, string name) =>
        OnnxFile.Write(Identity(saysPreprocessing: true, weight: -1), Path.Combine(folder.Path, name));

    /// <summary>x [N,1,5,5]; pool = 3x3 maxima with stride 2: four windows that overlap; all = their sum, so that one unit reaches all of them.</summary>
    public static string WriteOverlap(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "overlap.onnx");
        OnnxFile.Write(GraphText.Parse(
            """
            pool = MaxPool(x) kernel_shape=[3,3] strides=[2,2]
            all = Conv(pool, w) kernel_shape=[2,2]
            """,
            [-1, 1, 5, 5], ("w", OnnxTensor.Of([1f, 2f, 3f, 4f], 1, 1, 2, 2))), path);
        return path;
    }

    /// <summary>x [N,3,H,W], rows and columns free; pool = 2x2 maxima with ceil_mode.</summary>
    public static string WriteAnySize(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "any.onnx");
        var image = new ValueInfo("x", ElementType.Float, new TensorShape(Dim.Free("N"), 3, Dim.Free("H"), Dim.Free("W")));
        OnnxFile.Write(
            GraphText.Parse(["pool = MaxPool(x) kernel_shape=[2,2] strides=[2,2] ceil_mode=1", "flat = Flatten(pool)"], [image], ["flat"]), path);
        return path;
    }

    /// <summary>x [N,3,4,4]; odd = an operator that nobody knows; last = Relu(odd).</summary>
    public static string WriteUnknownOperator(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "unknown.onnx");
        OnnxFile.Write(GraphText.Parse("first = Relu(x)\nodd = Frobnicate(first)\nlast = Relu(odd)", [-1, 3, 4, 4]), path);
        return path;
    }

    /// <summary>Writes a photo of 4x4 pixels whose value at channel c, row y, column x is 100*c + 10*y + x + offset, at most 255.</summary>
    public static string WritePhoto(TemporaryFolder folder, string name, int offset = 0)
    {
        var pixels = new byte[48];
        for (var y = 0; y < 4; y++)
        {
            for (var x = 0; x < 4; x++)
            {
                for (var c = 0; c < 3; c++) pixels[(((y * 4) + x) * 3) + c] = (byte)PixelAt(c, y, x, offset);
            }
        }

        var path = Path.Combine(folder.Path, name);
        new RgbImage(4, 4, pixels).WritePng(path);
        return path;
    }

    /// <summary>A photo of 4x4 pixels as a file, in shades of one colour that the number decides.</summary>
    public static byte[] Shades(int colour, int number)
    {
        var pixels = new byte[48];
        for (var p = 0; p < 16; p++) pixels[(3 * p) + colour] = (byte)(150 + (number % 15 * 5) + (p * (number + 3) % 7 * 4));
        return ImageCodecs.Default.EncodePng(new RgbImage(4, 4, pixels));
    }

    public static int PixelAt(int c, int y, int x, int offset = 0) => Math.Min(255, (100 * c) + (10 * y) + x + offset);

    private static OnnxGraph Identity(bool saysPreprocessing, float weight = 1)
    {
        var graph = GraphText.Parse(
            """
            block/same = Conv(x, w) kernel_shape=[1,1]
            block/relu = Relu(block/same)
            block/pool = MaxPool(block/relu) kernel_shape=[2,2] strides=[2,2]
            mean = GlobalAveragePool(block/pool)
            flat = Flatten(mean)
            prob = Softmax(flat)
            """,
            [-1, 3, 4, 4], ("w", OnnxTensor.Of([weight, 0, 0, 0, weight, 0, 0, 0, weight], 3, 3, 1, 1)));
        return !saysPreprocessing ? graph : graph.With(metadata: new Dictionary<string, string>
        {
            [ImagePreprocessing.MetadataKey] = new ImagePreprocessing { Width = 4, Height = 4 }.ToJson(),
            ["convvis.classes"] = """["red","green","blue"]""",
        });
    }
}
