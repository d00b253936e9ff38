using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public class UntrainedNetworkTests
{
    [Fact]
    public void Weights_stay_and_normalised_values_have_mean_0_and_variance_1_on_the_training_pictures()
    {
        var (network, set) = (TinyTraining.Network(seed: 11), TinyTraining.Set());
        var options = TinyTraining.Options with { BatchSize = set.Training.Count };       // one batch: its statistics are those of all pictures
        var untrained = UntrainedNetwork.Of(network, set, options, cancellation: TestContext.Current.CancellationToken);

        var norms = network.Graph.Nodes.Where(static n => n.OpType == "BatchNormalization").ToArray();
        var statistics = norms.SelectMany(static n => n.Inputs.Skip(3)).ToHashSet();
        foreach (var (name, tensor) in network.Graph.Initializers)
            Assert.Equal(!statistics.Contains(name), tensor.Bytes.SequenceEqual(untrained.Initializers[name].Bytes));
        foreach (var norm in norms)
        {
            var (values, channels) = Values(untrained, norm.Outputs[0], set);
            var perChannel = values.Length / set.Training.Count / channels;
            for (var c = 0; c < channels; c++)
            {
                var ofChannel = values.Where((_, i) => i / perChannel % channels == c).Select(static v => (double)v).ToArray();
                Assert.Equal(0, ofChannel.Average(), 1e-3);
                Assert.Equal(1, ofChannel.Select(static v => v * v).Average(), 2e-2);
            }
        }
    }

    private static (float[] Values, int Channels) Values(OnnxGraph network, string value, TrainingSet set)
    {
        var shape = ShapeInference.Infer(network)[value];
        using var session = new GraphSession(
            network.With(outputs: [new ValueInfo(value, ElementType.Float, shape)]).WithoutUnused(), new SessionSettings { Device = Device.Cpu });
        using var run = session.Bind(set.Training.Count);
        foreach (var (i, place) in set.Training.Index())
        {
            set.Preprocessing.Normalize(set.Pixels[place],
                run.Floats(network.Inputs[0].Name).Slice(i * set.Preprocessing.TensorLength, set.Preprocessing.TensorLength));
        }

        run.Run(set.Training.Count);
        return (run.Floats(value).ToArray(), (int)shape.Known(1));
    }
}
