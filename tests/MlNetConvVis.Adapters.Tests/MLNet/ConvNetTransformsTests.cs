using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.MLNet;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>The transforms give what the product's own runtime gives, and behave as ML.NET's own.</summary>
public sealed class ConvNetTransformsTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu };
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("conv1", new[] { 1, 8, 12, 12 })]
    [InlineData("pool1", new[] { 1, 8, 6, 6 })]
    [InlineData("fc3", new[] { 1, 16 })]
    [InlineData("prob", new[] { 1, 4 })]
    public void Features_are_those_of_the_extractor(string layer, int[] shape)
    {
        var data = PixelRow.Data(_ml);
        var features = _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, layer).Fit(data).Transform(data);
        var type = Assert.IsType<VectorDataViewType>(features.Schema["Features"].Type);
        Assert.Equal(shape, type.Dimensions);
        Assert.Equal(NumberDataViewType.Single, type.ItemType);

        var rows = PixelRow.Rows(6);
        using var extractor = new FeatureExtractor(PixelRow.Network, [layer], switches: false, s_cpu);
        var expected = extractor.Matrix(layer, rows.Length, (i, image) => rows[i].Pixels.CopyTo(image));
        TensorAssert.Close(expected, PixelRow.Column(features, "Features").SelectMany(r => r).ToArray(), Tolerance.Float32);
    }

    [Theory]
    [InlineData("conv1", null)]
    [InlineData("conv2", null)]
    [InlineData("conv2", 5)]
    [InlineData("prob", 2)]
    public void Projections_are_those_of_the_projector(string layer, int? channel)
    {
        var data = PixelRow.Data(_ml);
        var options = new PixelProjectionOptions { Channel = channel, ActivationColumnName = "Activation" };
        var projected = _ml.Transforms.ProjectToPixels("Projection", "Pixels", PixelRow.Network, layer, options).Fit(data).Transform(data);
        Assert.Equal([1, 3, 24, 24], ((VectorDataViewType)projected.Schema["Projection"].Type).Dimensions);

        var rows = PixelRow.Rows(6);
        using var projector = new Projector(PixelRow.Network, layer, ReversalRules.Paper, s_cpu);
        var units = rows.Select(r => Unit.Strongest(Activations(projector.Layer, r), projector.LayerShape, channel)).ToArray();
        var (expected, activations) = Project(projector, rows, units);
        TensorAssert.Close(expected, PixelRow.Column(projected, "Projection").SelectMany(r => r).ToArray(), Tolerance.Float32);
        TensorAssert.Close(activations, PixelRow.Column(projected, "Activation").SelectMany(r => r).ToArray(), Tolerance.Float32);
        Assert.Contains(expected, v => v != 0);
    }

    [Fact]
    public void A_column_can_name_the_unit_and_other_rules_can_be_chosen()
    {
        var data = PixelRow.Data(_ml);
        var options = new PixelProjectionOptions { UnitColumnName = "Place", Rules = ReversalRules.Gradient };
        var projected = _ml.Transforms.ProjectToPixels("Projection", "Pixels", PixelRow.Network, "conv2", options).Fit(data).Transform(data);

        var rows = PixelRow.Rows(6);
        using var projector = new Projector(PixelRow.Network, "conv2", ReversalRules.Gradient, s_cpu);
        var (expected, _) = Project(projector, rows, [.. rows.Select(r => Unit.At(r.Place[0], projector.LayerShape))]);
        TensorAssert.Close(expected, PixelRow.Column(projected, "Projection").SelectMany(r => r).ToArray(), Tolerance.Float32);
    }

    [Fact]
    public void Columns_may_bear_the_names_of_values_of_the_network()
    {
        var data = _ml.Transforms.CopyColumns("conv2", "Pixels").Fit(PixelRow.Data(_ml)).Transform(PixelRow.Data(_ml));
        var plain = _ml.Transforms.ExtractConvFeatures("Features", "conv2", PixelRow.Network, "fc3").Fit(data).Transform(data);
        var crossed = _ml.Transforms.ExtractConvFeatures("pool1", "conv2", PixelRow.Network, "fc3").Fit(data).Transform(data);
        var same = _ml.Transforms.ExtractConvFeatures("fc3", "conv2", PixelRow.Network, "fc3").Fit(data).Transform(data);
        Assert.Equal(PixelRow.Column(plain, "Features"), PixelRow.Column(crossed, "pool1"));
        Assert.Equal(PixelRow.Column(plain, "Features"), PixelRow.Column(same, "fc3"));
    }

    [Fact]
    public void A_chain_learns_saves_loads_and_predicts_the_same()
    {
        using var folder = new TemporaryFolder();
        var data = PixelRow.Data(_ml, 40);
        var pipeline = _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "fc3")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Features"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Append(_ml.Transforms.ProjectToPixels("Projection", "Pixels", PixelRow.Network, "conv2"));
        var model = pipeline.Fit(data);
        var before = model.Transform(data);
        Assert.True(_ml.MulticlassClassification.Evaluate(before).MacroAccuracy > 0.9);

        var file = Path.Combine(folder.Path, "model.zip");
        _ml.Model.Save(model, data.Schema, file);
        var fresh = new MLContext(seed: 2);
        var loaded = fresh.Model.Load(file, out var schema);
        using var held = (IDisposable)loaded;
        var after = loaded.Transform(PixelRow.Data(fresh, 40));
        Assert.Equal(["Pixels", "Label", "Place"], schema.Select(c => c.Name));
        Assert.Equal(PixelRow.Column(before, "Features"), PixelRow.Column(after, "Features"));
        Assert.Equal(PixelRow.Column(before, "Score"), PixelRow.Column(after, "Score"));
        Assert.Equal(PixelRow.Column(before, "Projection"), PixelRow.Column(after, "Projection"));
        Assert.Equal(before.GetColumn<string>("PredictedLabel"), after.GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void The_promised_schema_is_the_delivered_one()
    {
        var data = PixelRow.Data(_ml);
        var estimator = _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "pool1");
        var promised = estimator.GetOutputSchema(ShapeOf(data.Schema)).Single(c => c.Name == "Features");
        var delivered = estimator.Fit(data).GetOutputSchema(data.Schema)["Features"];
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, promised.Kind);
        Assert.Equal(promised.ItemType, ((VectorDataViewType)delivered.Type).ItemType);
    }

    [Fact]
    public void Wrong_layers_channels_and_columns_are_refused()
    {
        var data = PixelRow.Data(_ml);
        var error = Assert.Throws<GraphException>(() => _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "conv9"));
        Assert.Contains("conv1", error.Message, StringComparison.Ordinal);
        var channel = new PixelProjectionOptions { Channel = 12 };
        error = Assert.Throws<GraphException>(() => _ml.Transforms.ProjectToPixels("Projection", "Pixels", PixelRow.Network, "conv2", channel));
        Assert.Contains("0 to 11", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<GraphException>(() => _ml.Transforms.ProjectToPixels("Pixels", "Pixels", PixelRow.Network, "conv2"));
        Assert.Contains("'Pixels' is named twice", error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing", RefusalOf("Nothing", data).Message, StringComparison.Ordinal);
        Assert.Contains("Label", RefusalOf("Label", data).Message, StringComparison.Ordinal);
        var small = _ml.Data.LoadFromEnumerable([new { Tiny = 1f }]);
        Assert.Contains("Tiny", RefusalOf("Tiny", small).Message, StringComparison.Ordinal);
    }

    private Exception RefusalOf(string column, IDataView data) => Assert.ThrowsAny<Exception>(() =>
        PixelRow.Column(_ml.Transforms.ExtractConvFeatures("Features", column, PixelRow.Network, "fc3").Fit(data).Transform(data), "Features"));

    // SchemaShape.Create is not public, and nothing else makes a shape of a schema.
    private static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [schema])!;

    private static float[] Activations(string layer, PixelRow row)
    {
        using var extractor = new FeatureExtractor(PixelRow.Network, [layer], switches: false, s_cpu);
        return extractor.Matrix(layer, 1, (_, image) => row.Pixels.CopyTo(image));
    }

    private static (float[] Projections, float[] Activations) Project(Projector projector, PixelRow[] rows, Unit[] units)
    {
        var (projections, activations) = (new float[rows.Length * PixelRow.Length], new float[rows.Length]);
        projector.Project(rows.SelectMany(r => r.Pixels).ToArray(), units, projections, activations);
        return (projections, activations);
    }
}
