using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.MLNet;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>What ML.NET asks of every estimator: promised schema = delivered schema, same values after saving and row by row, bad columns refused by
/// name at schema time and at Fit.</summary>
public sealed class EstimatorContractTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly PictureFolder _pictures = new(12);

    public static TheoryData<string> Estimators() => ["images", "features", "classes", "projection", "softmax"];

    public void Dispose() => _pictures.Dispose();

    [Theory, MemberData(nameof(Estimators))]
    public void The_promised_schema_is_the_delivered_one(string which)
    {
        var (data, estimator, made) = Case(which);
        var promised = estimator.GetOutputSchema(ShapeOf(data.Schema)).ToDictionary(static c => c.Name);
        var transformer = estimator.Fit(data);
        foreach (var schema in new[] { transformer.GetOutputSchema(data.Schema), transformer.Transform(data).Schema })
        {
            Assert.Equal(promised.Keys.Order(), schema.Where(static c => !c.IsHidden).Select(static c => c.Name).Order());
            foreach (var name in made)
            {
                var type = schema[name].Type;
                Assert.Equal(promised[name].Kind == SchemaShape.Column.VectorKind.Vector, type is VectorDataViewType { IsKnownSize: true });
                Assert.Equal(promised[name].IsKey, type is KeyDataViewType);
                if (type is VectorDataViewType vector) Assert.Equal(promised[name].ItemType, vector.ItemType);
            }
        }
    }

    [Theory, MemberData(nameof(Estimators))]
    public void Saved_and_loaded_and_row_by_row_it_gives_the_same_values(string which)
    {
        var (data, estimator, made) = Case(which);
        var transformer = estimator.Fit(data);
        var expected = transformer.Transform(data);
        using var file = new MemoryStream();
        _ml.Model.Save(transformer, data.Schema, file);
        foreach (var batched in new[] { false, true })
        {
            file.Position = 0;
            var fresh = new MLContext(seed: 3);
            var loaded = batched ? fresh.Model.LoadConvNets(file, out _) : fresh.Model.Load(file, out _);
            var actual = loaded.Transform(data);
            foreach (var name in made) AssertSame(expected, actual, name);
            (loaded as IDisposable)?.Dispose();
        }

        var mapper = transformer.GetRowToRowMapper(data.Schema);
        Assert.True(transformer.IsRowToRowMapper);
        Assert.All(made, name => Assert.Contains(mapper.OutputSchema, c => c.Name == name));
    }

    [Theory, MemberData(nameof(Estimators))]
    public void Columns_that_are_missing_or_of_another_type_are_refused_by_name(string which)
    {
        var (data, estimator, _) = Case(which);
        var input = which switch { "images" => "ImagePath", "softmax" => "Features", _ => "Pixels" };
        var without = _ml.Transforms.DropColumns(input).Fit(data).Transform(data);
        var other = _ml.Data.LoadFromEnumerable([new { ImagePath = 1f, Pixels = "text", Features = 2L, Key = 1u }]);
        var odd = which == "softmax" ? _ml.Transforms.Conversion.MapValueToKey("Label", "Key").Fit(other).Transform(other) : other;
        foreach (var bad in new[] { without, odd })
        {
            foreach (var refusal in new Action[] { () => estimator.Fit(bad), () => estimator.GetOutputSchema(ShapeOf(bad.Schema)) })
                Assert.Contains($"'{input}'", Assert.Throws<ArgumentOutOfRangeException>(refusal).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Sizes_and_hints_are_in_the_message()
    {
        var small = _ml.Data.LoadFromEnumerable([new Small()]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, "fc3").Fit(small));
        Assert.Contains("'Pixels': expected a vector of 1728 Single, got Vector<Single, 3, 8, 8>", error.Message, StringComparison.Ordinal);
        Assert.Contains("LoadConvNetImages", error.Message, StringComparison.Ordinal);
        var text = _ml.Data.LoadFromEnumerable([new { Label = "a", Features = new[] { 1f } }]);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Trainers.RetrainSoftmax().Fit(text));
        Assert.Contains("MapValueToKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_names_are_slot_names()
    {
        var (data, estimator, _) = Case("classes");
        using var file = new MemoryStream();
        var model = estimator.Fit(data);
        _ml.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        using var held = (IDisposable)loaded;
        foreach (var schema in new[] { model.GetOutputSchema(data.Schema), loaded.GetOutputSchema(data.Schema) })
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            schema["Classes"].GetSlotNames(ref names);
            Assert.Equal(PictureFolder.Network.Classes!, names.DenseValues().Select(static n => n.ToString()));
        }
    }

    // SchemaShape.Create is not public, and nothing else makes a shape of a schema.
    internal static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [schema])!;

    private static void AssertSame(IDataView expected, IDataView actual, string column)
    {
        Assert.Equal(expected.Schema[column].Type, actual.Schema[column].Type);
        if (expected.Schema[column].Type is VectorDataViewType)
        {
            foreach (var (a, b) in expected.GetColumn<float[]>(column).ToArray().Zip(actual.GetColumn<float[]>(column).ToArray(), ValueTuple.Create))
                TensorAssert.Close(a, b, Tolerance.Float32);
        }
        else
        {
            Assert.Equal(expected.GetColumn<uint>(column), actual.GetColumn<uint>(column));
        }
    }

    private (IDataView Data, IEstimator<ITransformer> Estimator, string[] Made) Case(string which)
    {
        var data = _ml.Data.LoadFromEnumerable(_pictures.Rows);
        var images = _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network, _pictures.Path);
        if (which == "images") return (data, images, ["Pixels"]);
        data = _ml.Data.Cache(images.Fit(data).Transform(data));
        if (which == "features") return (data, _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, "conv2"), ["Features"]);
        if (which == "classes") return (data, _ml.Transforms.ExtractConvFeatures("Classes", "Pixels", PictureFolder.Network, "prob"), ["Classes"]);
        if (which == "projection") return (data, _ml.Transforms.ProjectToPixels("Projection", "Pixels", PictureFolder.Network, "conv2"), ["Projection"]);
        var keyed = _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PictureFolder.Network, "fc3")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label")).Fit(data).Transform(data);
        return (keyed, new AnyEstimator<ISingleFeaturePredictionTransformer<Microsoft.ML.Trainers.MaximumEntropyModelParameters>>(
            _ml.MulticlassClassification.Trainers.RetrainSoftmax()), ["Score", "PredictedLabel"]);
    }

    private sealed class Small
    {
        [VectorType(3, 8, 8)]
        public float[] Pixels { get; set; } = new float[192];
    }
}

/// <summary>An estimator of one kind of transformer, as one of any.</summary>
/// <typeparam name="T">The kind.</typeparam>
internal sealed class AnyEstimator<T>(IEstimator<T> inner) : IEstimator<ITransformer>
    where T : class, ITransformer
{
    public ITransformer Fit(IDataView input) => inner.Fit(input);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
}
