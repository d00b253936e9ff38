using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>The file of <c>export-projection</c> through ML.NET's own ApplyOnnxModel, without any code of ours.</summary>
public sealed class ExportedProjectionTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu };
    private static readonly string[] s_outputs = ["projection", "activation", "field"];

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public void Applied_row_by_row_it_gives_what_the_projector_gives(int? batch)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "conv2.onnx");
        OnnxFile.Write(ProjectionModel.Of(PixelRow.Network, "conv2", ReversalOptions.Of("paper"), batch), file);
        var ml = new MLContext(seed: 1);
        var rows = PixelRow.Rows(5);
        Unit[] units = [new(0, 0, 0), new(3, 2, 1), new(11, 0, 2), new(5, 1, 1), new(7, 2, 2)];
        var data = ml.Data.LoadFromEnumerable(
            rows.Select((row, i) => new ImageAndUnit { Image = row.Pixels, Unit = [units[i].Channel, units[i].Y, units[i].X] }), Schema());
        var applied = ml.Transforms.ApplyOnnxModel(s_outputs, [PixelRow.Network.Image.Name, "unit"], file).Fit(data).Transform(data);

        using var projector = new Projector(PixelRow.Network, "conv2", ReversalRules.Paper, s_cpu);
        var (expected, activations) = (new float[rows.Length * PixelRow.Length], new float[rows.Length]);
        projector.Project(rows.SelectMany(static r => r.Pixels).ToArray(), units, expected, activations);
        TensorAssert.Close(expected, PixelRow.Column(applied, "projection").SelectMany(static r => r).ToArray(), Tolerance.Float32);
        TensorAssert.Close(activations, PixelRow.Column(applied, "activation").SelectMany(static r => r).ToArray(), Tolerance.Float32);
        var axes = PixelRow.Network.FieldOf("conv2");
        var fields = units.Select(u => (Y: axes[0].Clamped(u.Y, 24), X: axes[1].Clamped(u.X, 24)))
            .Select(static f => new long[] { f.Y.First, f.X.First, f.Y.Count, f.X.Count });
        Assert.Equal(fields, applied.GetColumn<long[]>("field"));
        Assert.Contains(expected, static v => v != 0);
    }

    private static SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(ImageAndUnit));
        schema[nameof(ImageAndUnit.Image)].ColumnName = PixelRow.Network.Image.Name;
        schema[nameof(ImageAndUnit.Unit)].ColumnName = "unit";
        return schema;
    }

    private sealed class ImageAndUnit
    {
        [VectorType(3 * 24 * 24)]
        public float[] Image { get; set; } = [];

        [VectorType(3)]
        public long[] Unit { get; set; } = [];
    }
}
