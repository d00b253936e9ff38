using MlNetConvVis.Graph.Training;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>A parameter with its velocity.</summary>
/// <param name="Weight">The parameter; autograd knows it.</param>
/// <param name="Velocity">The velocity v.</param>
/// <param name="IsWeight">Whether weight decay applies.</param>
/// <param name="IsFilter">Whether the filter RMS limit applies.</param>
internal sealed record TorchParameter(Tensor Weight, Tensor Velocity, bool IsWeight, bool IsFilter)
{
    /// <summary>v = m*v + (g + d*w); w = w - rate*v; a filter whose RMS exceeds the limit is scaled back to it, others stay to the bit.</summary>
    public void Move(Tensor gradient, SgdOptions options, float rate)
    {
        var decayed = IsWeight && options.WeightDecay > 0 ? gradient + (Weight * options.WeightDecay) : gradient;
        Velocity.mul_(options.Momentum).add_(decayed);
        Weight.sub_(Velocity * rate);
        if (!IsFilter || options.FilterRmsLimit is not { } limit) return;
        long[] perFilter = [.. Enumerable.Range(1, (int)Weight.dim() - 1).Select(static d => (long)d)];
        var rms = (Weight * Weight).mean(perFilter, keepdim: true).sqrt();
        Weight.mul_((limit / rms).clamp_max(1));
    }
}
