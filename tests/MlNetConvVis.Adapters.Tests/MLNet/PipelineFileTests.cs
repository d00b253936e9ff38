using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.MLNet;
using MlNetConvVis.Onnx;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Runtime;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>Pipeline files in ML.NET: as a chain, and as the transfer experiment run by ML.NET.</summary>
public sealed class PipelineFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public PipelineFileTests()
    {
        using var pictures = new PictureFolder(90);
        foreach (var row in pictures.Rows)
            _folder.Write($"photos/{row.Label}/{row.ImagePath}", File.ReadAllBytes(Path.Combine(pictures.Path, row.ImagePath)));
        OnnxFile.Write(PictureFolder.Network.Original, Path.Combine(_folder.Path, "net.onnx"));
        _folder.Write("net.yaml", "preprocessing: { resize: { shortest: 28 }, crop: 24, mean: [128, 128, 128], scale: 0.015625 }\n");
        _folder.Write("small.yaml", """
            name: small
            input: { channels: 3, height: 24, width: 24 }
            classes: 3
            preprocessing: { resize: { shortest: 28 }, crop: 24, mean: [128, 128, 128], scale: 0.015625 }
            layers:
              - conv1: { type: conv, filters: 4, kernel: 3 }
              - fc2: { type: dense, units: classes }
              - prob: { type: softmax }
            """);
        _file = _folder.Write("pipeline.yaml", """
            pipeline: pictures
            out: out
            data: { target: photos }
            model: net.onnx
            transfer: { layer: conv2, images-per-class: [2, 10], test-per-class: 15, folds: 3, most-features: 200 }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_protocol_through_ML_NET_gives_the_accuracies_of_our_own_head()
    {
        var spec = PipelineReader.Read(_file);
        var own = Run(spec with { Out = Path.Combine(_folder.Path, "own") });
        var ml = Run(spec with { Out = Path.Combine(_folder.Path, "ml"), Transfer = spec.Transfer! with { Engine = new MLNetTransferEngine() } });
        Assert.InRange(own.Rows[1].MeanAccuracy, 0.7, 1);
        foreach (var (ours, theirs) in own.Rows.Zip(ml.Rows)) Assert.Equal(ours.MeanAccuracy, theirs.MeanAccuracy, 0.003);

        var context = new MLContext();
        using var model = context.Model.LoadConvNets(Path.Combine(_folder.Path, "ml", "transfer", MLNetTransferEngine.ModelFile), out _);
        AssertMostAreRight(model, context.Pipelines.FromFile(_file).Photos());
    }

    [Fact]
    public void A_pipeline_file_is_a_chain_that_fits_its_photos()
    {
        var context = new MLContext(seed: 1);
        var pipeline = context.Pipelines.FromFile(_file);
        var photos = pipeline.Photos();
        var model = pipeline.Fit(photos);
        using (model as IDisposable) AssertMostAreRight(model, photos);
        Assert.Contains(pipeline.GetOutputSchema(EstimatorContractTests.ShapeOf(photos.Schema)), static c => c.Name == "PredictedLabel");
    }

    [Theory]
    [InlineData("transfer:", "depth:", "'transfer' section")]
    [InlineData("layer: conv2,", "layer: conv2, heads: [svm],", "SVM")]
    [InlineData("model: net.onnx", "train: { spec: small.yaml }", "trains its network")]
    public void A_chain_refuses_what_it_cannot_do(string replaced, string by, string wanted)
    {
        var text = File.ReadAllText(_file).Replace(replaced, by, StringComparison.Ordinal);
        if (by == "depth:") text = text[..text.IndexOf(by, StringComparison.Ordinal)] + "depth: { layers: [conv2, fc3] }\n";
        if (by.StartsWith("train", StringComparison.Ordinal)) text = text.Replace("target:", "source: photos, target:", StringComparison.Ordinal);
        var error = Assert.Throws<PipelineException>(() => new MLContext().Pipelines.FromFile(_folder.Write("other.yaml", text)));
        Assert.Contains(wanted, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Engine_refuses_heads_and_baselines_that_it_does_not_have()
    {
        var spec = PipelineReader.Read(_file);
        var engine = spec.Transfer! with { Engine = new MLNetTransferEngine() };
        foreach (var transfer in new[] { engine with { Heads = [HeadKind.Svm] }, engine with { Switches = true } })
            Assert.Contains("ML.NET runs the transfer", Assert.Throws<PipelineException>(() => Run(spec with { Transfer = transfer })).Message, StringComparison.Ordinal);
    }

    private static TransferResult Run(PipelineSpec spec) => PipelineResultsFile.Read(
        PipelineRunner.Run(spec, new SessionSettings { Device = Device.Cpu }, new Silence(), "test", TestContext.Current.CancellationToken).Results).Transfers[0];

    private static void AssertMostAreRight(ITransformer model, IDataView photos)
    {
        var found = model.Transform(photos);
        var right = found.GetColumn<string>("PredictedLabel").Zip(photos.GetColumn<string>("Label")).Count(static p => p.First == p.Second);
        Assert.InRange(right, 80, 90);
    }

    private sealed class Silence : IPipelineObserver
    {
        public void Started(PipelineStep step, int number, int steps)
        {
        }

        public void Progressed(double share, string status)
        {
        }

        public void Noted(string note)
        {
        }

        public void Finished(PipelineStep step, string summary, bool wasDone)
        {
        }
    }
}
