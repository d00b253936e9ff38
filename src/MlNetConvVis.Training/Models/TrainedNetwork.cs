using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Training;

/// <summary>Brings what training changed back into the form that a network is used in.</summary>
public static class TrainedNetwork
{
    /// <summary>Takes a spec's preprocessing; without one, pixels minus 128 over 64, the shorter side resized to the input.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The preprocessing, of the spec's input size.</returns>
    /// <exception cref="TrainingException">The input has neither three channels nor one.</exception>
    public static ImagePreprocessing PreprocessingOf(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Input.Channels is not (1 or 3))
            throw new TrainingException($"Network '{spec.Name}' takes {spec.Input.Channels} channels; pictures have 3, or 1 when grey (set 'channels' in its spec).");
        return spec.Preprocessing ?? new ImagePreprocessing
        {
            Width = spec.Input.Width, Height = spec.Input.Height, Channels = spec.Input.Channels == 1 ? ChannelOrder.Grey : ChannelOrder.Rgb, Mean = new ChannelValues(128), Scale = new ChannelValues(1 / 64f),
        };
    }

    /// <summary>Puts trained weights and running statistics in the place of the initial ones, and tells preprocessing and classes in the metadata.</summary>
    /// <param name="network">The network that was trained.</param>
    /// <param name="slots">What the state's tensors stand for.</param>
    /// <param name="state">The state by input name.</param>
    /// <param name="set">What it was trained on.</param>
    internal static OnnxGraph Of(
        CompiledNetwork network, IEnumerable<StateTensor> slots, IReadOnlyDictionary<string, OnnxTensor> state, TrainingSet set)
    {
        var initializers = network.Graph.Initializers.ToDictionary(StringComparer.Ordinal);
        foreach (var slot in slots.Where(static s => s.Weight is not null)) initializers[slot.Weight!] = state[slot.Name];
        var metadata = network.Graph.Metadata.ToDictionary(StringComparer.Ordinal);
        metadata[ImagePreprocessing.MetadataKey] = set.Preprocessing.ToJson();
        metadata[NetworkMetadata.ClassesKey] = JsonSerializer.Serialize(set.Classes);
        return network.Graph.With(initializers: initializers, metadata: metadata);
    }
}
