using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Onnx;
using MlNetConvVis.Setup;

namespace MlNetConvVis.Tests.Features;

/// <summary>An exported projection in programs without any code of ours gives what the projector gives.</summary>
public sealed class ExportedRuntimesTests : IDisposable
{
    private const int Count = 3;

    private const string Script = """
        const [runtime, model, request] = process.argv.slice(2);
        let ort;
        try { ort = require(runtime); } catch (e) { console.log(JSON.stringify({ missing: String(e.message) })); process.exit(0); }
        const { images, units, shape } = JSON.parse(require('fs').readFileSync(request));
        (async () => {
            const session = await ort.InferenceSession.create(model);
            const out = await session.run({
                x: new ort.Tensor('float32', Float32Array.from(images), shape),
                unit: new ort.Tensor('int64', BigInt64Array.from(units.map(BigInt)), [shape[0], 3]),
            });
            console.log(JSON.stringify({
                projection: Array.from(out.projection.data), activation: Array.from(out.activation.data), field: Array.from(out.field.data, Number),
                shapes: [out.projection.dims, out.activation.dims, out.field.dims],
            }));
        })().catch(e => { console.log(e.message); process.exit(1); });
        """;

    private static readonly float[] s_images = SmallNet.Images(Count);
    private static readonly Unit[] s_units = [new(1, 1, 1), new(4, 2, 0), new(2, 0, 2)];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("paper", false)]
    [InlineData("gradient", true)]
    public void Node(string preset, bool openUnits)
    {
        var repository = Repository.Around(AppContext.BaseDirectory);
        var runtime = Path.Combine(repository.NodeRuntime, "node_modules", "onnxruntime-node");
        var node = ChildProcess.Find("node");
        Assert.SkipWhen(node is null, "node is not on PATH; install Node.js to run this test");
        Assert.SkipUnless(Directory.Exists(runtime), "onnxruntime-node is not there; ./test.sh fetches it with npm");
        var (model, expected) = (Exported(preset), Expected(preset, openUnits));
        File.WriteAllText(Out("run.cjs"), Script);
        File.WriteAllText(Out("request.json"),
            JsonSerializer.Serialize(new { images = s_images, units = Numbers(openUnits), shape = new[] { Count, 3, SmallNet.Side, SmallNet.Side } }));
        var (code, output) = ChildProcess.Capture(node!, [Out("run.cjs"), runtime, model, Out("request.json")], _folder.Path);
        Assert.True(code == 0, output);
        var answer = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        if (answer.TryGetProperty("missing", out var why)) Assert.Skip($"onnxruntime-node has no native library for this machine: {why}");
        TensorAssert.Close(expected.Projections, answer.GetProperty("projection").Deserialize<float[]>()!, Tolerance.Float32);
        TensorAssert.Close(expected.Activations, answer.GetProperty("activation").Deserialize<float[]>()!, Tolerance.Float32);
        Assert.Equal(expected.Fields, answer.GetProperty("field").Deserialize<long[]>()!);
        Assert.Equal("[[3,3,13,13],[3],[3,4]]", answer.GetProperty("shapes").GetRawText());
    }

    /// <summary>As ML.NET does: a session with declared outputs only, one row a call.</summary>
    [Theory]
    [InlineData("paper")]
    [InlineData("guided")]
    public void Plain_session_row_by_row(string preset)
    {
        using var session = new InferenceSession(Exported(preset));
        Assert.Equal(["projection", "activation", "field"], session.OutputNames);
        Assert.Equal([-1, 3, 13, 13], session.OutputMetadata["projection"].Dimensions);
        var expected = Expected(preset, open: false);
        for (var i = 0; i < Count; i++)
        {
            using var image = OrtValue.CreateTensorValueFromMemory(
                s_images[(i * SmallNet.Length)..((i + 1) * SmallNet.Length)], [1, 3, SmallNet.Side, SmallNet.Side]);
            using var unit = OrtValue.CreateTensorValueFromMemory(Numbers(open: false)[(3 * i)..((3 * i) + 3)], [1, 3]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, ["x", "unit"], [image, unit], session.OutputNames);
            TensorAssert.Close(expected.Projections.AsSpan(i * SmallNet.Length, SmallNet.Length), outputs[0].GetTensorDataAsSpan<float>(), Tolerance.Float32);
            TensorAssert.Close([expected.Activations[i]], outputs[1].GetTensorDataAsSpan<float>(), Tolerance.Float32);
            Assert.Equal(expected.Fields[(4 * i)..((4 * i) + 4)], outputs[2].GetTensorDataAsSpan<long>().ToArray());
        }
    }

    private string Exported(string preset)
    {
        OnnxFile.Write(ProjectionModel.Of(SmallNet.Net, "relu", ReversalOptions.Of(preset)), Out("p.onnx"));
        return Out("p.onnx");
    }

    private static long[] Numbers(bool open) => [.. s_units.SelectMany(u => open ? [u.Channel, -1L, -1L] : new long[] { u.Channel, u.Y, u.X })];

    private static (float[] Projections, float[] Activations, long[] Fields) Expected(string preset, bool open)
    {
        using var projector = new Projector(SmallNet.Net, "relu", ReversalRules.Named(preset), GraphRun.Settings, Count);
        using var extractor = new FeatureExtractor(SmallNet.Net, ["relu"], switches: false, GraphRun.Settings, Count);
        var all = extractor.Matrix("relu", Count, static (i, image) => s_images.AsSpan(i * SmallNet.Length, SmallNet.Length).CopyTo(image)).Chunk(45).ToArray();
        var units = open ? [.. s_units.Select((u, i) => Unit.Strongest(all[i], projector.LayerShape, u.Channel))] : s_units;
        var (projections, activations) = (new float[s_images.Length], new float[Count]);
        projector.Project(s_images, units, projections, activations);
        Assert.Contains(projections, static v => v != 0);
        var axes = SmallNet.Net.FieldOf("relu");
        return (projections, activations, [.. units.Select(u => (Y: axes[0].Clamped(u.Y, SmallNet.Side), X: axes[1].Clamped(u.X, SmallNet.Side)))
            .SelectMany(static f => new long[] { f.Y.First, f.X.First, f.Y.Count, f.X.Count })]);
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
