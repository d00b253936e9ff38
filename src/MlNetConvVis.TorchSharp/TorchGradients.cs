using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>
/// Gradients of the loss. Where a part computes in float16 the loss counts 65536-fold, for gradients below 6e-8 would be zero there (Micikevicius et al. 2018,
/// section 3.2). If one becomes too large for float16 the step's gradients are taken again with a sixteenth of the scale. Every step begins anew, so the scale is
/// nothing that a checkpoint must hold; and no step is lost.
/// </summary>
internal static class TorchGradients
{
    private const float Largest = 65536;
    private const float Fewer = 16;

    /// <summary>Takes the derivatives of a loss with respect to weights.</summary>
    public static IList<Tensor> Of(Tensor loss, IReadOnlyList<Tensor> weights, bool isReduced)
    {
        if (!isReduced) return autograd.grad([loss], [.. weights]);
        for (var scale = Largest; ; scale /= Fewer)
        {
            var gradients = autograd.grad([loss], [.. weights], [full_like(loss, scale)], retain_graph: true);
            if (scale > 1 && !AreFinite(gradients)) continue;
            foreach (var gradient in gradients) gradient.div_(scale);
            return gradients;
        }
    }

    private static bool AreFinite(IEnumerable<Tensor> tensors) => stack([.. tensors.Select(static t => t.isfinite().all())]).all().item<bool>();
}
