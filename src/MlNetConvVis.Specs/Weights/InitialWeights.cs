using System.Runtime.InteropServices;
using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Weights;

/// <summary>
/// Makes the first weights of a network. A tensor depends on the seed, its own name and its size alone, so layers can be added without changing the
/// others. It is filled in blocks with a stream each, side by side.
/// </summary>
internal static class InitialWeights
{
    private const int BlockLength = 1 << 16;

    /// <summary>Makes one tensor.</summary>
    public static OnnxTensor Of(ParameterPlan parameter, long seed)
    {
        if (parameter.Count > Array.MaxLength / sizeof(float))
            throw new GraphException($"'{parameter.Name}' has {parameter.Count} elements; a tensor holds {Array.MaxLength / sizeof(float)} at most.");
        var bytes = new byte[parameter.Count * sizeof(float)];
        var blocks = (int)((parameter.Count + BlockLength - 1) / BlockLength);
        Parallel.For(0, blocks, block => Fill(bytes, block, parameter, seed));
        return OnnxTensor.FromBytes(ElementType.Float, parameter.Dims, bytes);
    }

    private static void Fill(byte[] bytes, int block, ParameterPlan parameter, long seed)
    {
        var all = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        var values = all.Slice(block * BlockLength, Math.Min(BlockLength, all.Length - (block * BlockLength)));
        if (parameter.Deviation == 0)
        {
            values.Fill(parameter.Mean);
            return;
        }

        var random = new StableRandom(seed, parameter.Name, block);
        foreach (ref var value in values) value = (float)(parameter.Mean + (parameter.Deviation * random.NextNormal()));
    }
}
