using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Pipelines;

public class PipelineReaderTests
{
    [Fact]
    public void Paths_are_relative_to_the_file_and_variables_come_from_the_environment()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("pipelines/mine.yaml", """
            pipeline: mine
            data: { source: "${PHOTOS}/source", target: ../target }
            model: ../models/net.onnx
            transfer: { layer: pool5, images-per-class: [1, 2], folds: 3, l2: 0.1 }
            """);
        var spec = PipelineReader.Read(file, static name => name == "PHOTOS" ? "/photos" : null);
        Assert.Equal("/photos/source", spec.Data.Source);
        Assert.Equal(Path.Combine(folder.Path, "target"), spec.Data.Target);
        Assert.Equal(Path.Combine(folder.Path, "models", "net.onnx"), spec.Model);
        Assert.Equal(Path.Combine(folder.Path, "runs", "mine"), spec.Out);
        Assert.Equal([1, 2], spec.Transfer!.Protocol.ImagesPerClass);
        Assert.Null(spec.Train);
        Assert.Null(spec.Visualize);
    }

    [Theory]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\ntransfr: {}", "4:1", "transfer")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\ntransfer: { layer: a, fold: 3 }", "4:23", "folds")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\nvisualize: { layers: [a], rule: papr }", "4:33", "paper")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\nvisualize: { layers: [a], pixels: positive }", "4:35", "rectified")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\nvisualize: { layers: [a], range: photo }", "4:34", "picture")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\nvisualize: { layers: [a], biass: none }", "4:27", "bias")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\ntrain: { spec: s.yaml, epochs: many }", "3:32", "whole number")]
    [InlineData("pipeline: p\ndata: { emoji: {}, source: x }\nmodel: m.onnx", "2:7", "one of them")]
    [InlineData("pipeline: p\ndata: { emoji: {} }", "1:1", "either 'train'")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m\ntransfer: { layer: a, images-per-class: [5], beside-from-scratch: { images-per-class: [6] } }", "4:87", "5 images a class at most")]
    [InlineData("pipeline: p\ndata: { emoji: {} }\nmodel: m\ntransfer: { layer: a, beside-from-scratch: { epoch: 3 } }", "4:46", "epochs")]
    [InlineData("pipeline: p\ndata: { target: t }\ntrain: { spec: s.yaml }", "2:7", "'source'")]
    [InlineData("pipeline: p\ndata: { source: s }\nmodel: m.onnx\ntransfer: { layer: a }", "2:7", "'target'")]
    [InlineData("pipeline: p\ndata: { emoji: {} \nmodel: m", "2:17", "malformed")]
    public void A_wrong_file_is_refused_with_its_place(string text, string place, string hint)
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<SpecException>(() => PipelineReader.Read(folder.Write("p.yaml", text)));
        Assert.Contains($"p.yaml:{place}", e.Message, StringComparison.Ordinal);
        Assert.Contains(hint, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_pictures_are_chosen_as_on_the_command_line()
    {
        using var folder = new TemporaryFolder();
        const string Start = "pipeline: p\ndata: { emoji: {} }\nmodel: m.onnx\nvisualize: { layers: [a]";
        var plain = PipelineReader.Read(folder.Write("p.yaml", Start + " }")).Visualize!;
        Assert.Equal((ReversalOptions.Of("paper"), false), (plain.Rules, plain.SharesRange));
        var chosen = PipelineReader.Read(folder.Write("q.yaml", Start + ", rule: gradient, overlap: max, lrn: identity, bias: subtract, " +
            "pixels: rectified, start: activation, range: map }")).Visualize!;
        var wanted = ReversalOptions.Of("gradient") with
        {
            Overlap = Overlap.Max,
            Lrn = ContrastNormalisation.Identity,
            Bias = BiasUse.Subtract,
            Pixels = PixelValues.Rectified,
            Start = StartValue.Activation,
        };
        Assert.Equal((wanted, true), (chosen.Rules, chosen.SharesRange));
    }

    [Fact]
    public void Training_begins_with_the_recipe_of_the_spec()
    {
        using var folder = new TemporaryFolder();
        var layers = "name: n\ninput: { channels: 3, height: 8, width: 8 }\nlayers: [{ fc: { type: dense, units: classes } }, { prob: { type: softmax } }]\n";
        folder.Write("own.yaml", layers + "training: { epochs: 3, batch: 7, augment: { rotation: 2 } }\n");
        folder.Write("bare.yaml", layers);
        TrainingOptions Train(string text) =>
            PipelineReader.Read(folder.Write("p.yaml", "pipeline: p\ndata: { emoji: {} }\ntrain: " + text)).Train!.Options;
        var own = Train("{ spec: own.yaml, batch: 9 }");
        Assert.Equal((3, 9, 2f), (own.Epochs, own.BatchSize, own.Augmentation.Rotation));
        Assert.Equal(TrainingOptions.Paper with { BatchSize = 9, Seed = own.Seed }, Train("{ spec: own.yaml, recipe: paper, batch: 9 }"));
        Assert.Equal(Augmentation.None, Train("{ spec: bare.yaml }").Augmentation);
    }

    [Fact]
    public void The_quickstart_can_be_read()
    {
        var spec = PipelineReader.Read(Path.Combine(RepositoryRoot(), "pipelines", "quickstart.yaml"));
        Assert.Equal(64, spec.Data.EmojiSide);
        Assert.Equal([5, 15, 30], spec.Transfer!.Protocol.ImagesPerClass);
        Assert.True(spec.Transfer.BesideUntrained);
        Assert.NotNull(spec.Transfer.FromScratch);
        Assert.Null(spec.Train);
        Assert.True(File.Exists(spec.Model));
        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5"], spec.Visualize!.Layers);
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MlNetConvVis.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
