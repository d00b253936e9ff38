using MlNetConvVis.Graph.Training;

namespace MlNetConvVis.Training;

/// <summary>The numbers of one step, ready to feed.</summary>
internal sealed class TrainingBatch(int size, int imageLength, IReadOnlyList<DropoutMask> masks)
{
    public int Size => size;

    /// <summary>[size, channels, H, W].</summary>
    public float[] Images { get; } = new float[size * imageLength];

    public long[] Labels { get; } = new long[size];

    /// <summary>One for each dropout mask, [size, item shape].</summary>
    public float[][] Masks { get; } = [.. masks.Select(m => new float[size * Graph.OnnxTensor.Product(m.ItemShape)])];
}
