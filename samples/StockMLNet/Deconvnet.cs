using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace StockMLNet;

/// <summary>The deconvnet in an application that knows ML.NET alone: photos through a file that <c>convvis export-projection</c> made.</summary>
public static class Deconvnet
{
    private const int Side = 64;        // what the network takes; mean and scale too are those that 'convvis inspect' prints
    private const float Mean = 128;
    private const float Scale = 1 / 64f;

    /// <summary>PROJECTION.onnx PHOTOS OUT: of each photo, the layer's strongest unit as a picture, grey where it is zero.</summary>
    public static int Run(string[] args, TextWriter output)
    {
        var (file, photos, folder) = (args[0], args[1], Directory.CreateDirectory(args[2]).FullName);
        var ml = new MLContext(seed: 1);
        var rows = Directory.EnumerateFiles(photos).Order(StringComparer.Ordinal).Select(static f => new Photo { Path = Path.GetFileName(f) }).ToArray();
        var data = ml.Data.LoadFromEnumerable(rows);

        var pipeline = ml.Transforms.LoadImages("photo", photos, nameof(Photo.Path))
            .Append(ml.Transforms.ResizeImages("photo", Side, Side, resizing: ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(ml.Transforms.ExtractPixels("image", "photo", offsetImage: Mean, scaleImage: Scale))
            .Append(ml.Transforms.ApplyOnnxModel(["projection", "activation", "field"], ["image", "unit"], file));

        foreach (var found in ml.Data.CreateEnumerable<Projection>(pipeline.Fit(data).Transform(data), reuseRowObject: false))
        {
            using var picture = Picture(found.Values);
            picture.Save(Path.Combine(folder, Path.ChangeExtension(found.Path, ".png")));
            output.WriteLine($"{found.Path}: {found.Activation[0]:0.00} at row {found.Field[0]}, column {found.Field[1]}");
        }

        return 0;
    }

    /// <summary>Grey is zero, the largest magnitude black or white.</summary>
    private static MLImage Picture(float[] planes)
    {
        var (plane, largest) = (Side * Side, Math.Max(planes.Max(Math.Abs), float.Epsilon));
        var pixels = new byte[4 * plane];
        for (var i = 0; i < plane; i++)
        {
            for (var channel = 0; channel < 3; channel++)
                pixels[(4 * i) + channel] = (byte)MathF.Round(127.5f + (127.5f * planes[(channel * plane) + i] / largest));
            pixels[(4 * i) + 3] = 255;
        }

        return MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels);
    }

    private sealed class Photo
    {
        public string Path { get; set; } = "";

        /// <summary>Channel, row and column; -1 leaves each open: the strongest unit of the layer.</summary>
        [ColumnName("unit"), VectorType(3)]
        public long[] Unit { get; set; } = [-1, -1, -1];
    }

    private sealed class Projection
    {
        public string Path { get; set; } = "";

        [ColumnName("projection")]
        public float[] Values { get; set; } = [];

        [ColumnName("activation")]
        public float[] Activation { get; set; } = [];

        /// <summary>Top, left, height and width of what the unit sees.</summary>
        [ColumnName("field")]
        public long[] Field { get; set; } = [];
    }
}
