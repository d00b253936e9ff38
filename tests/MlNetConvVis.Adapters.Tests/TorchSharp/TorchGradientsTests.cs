using MlNetConvVis.TorchSharp;
using TorchSharp;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>Scaled losses: gradients that float16 would lose or that would overflow there come out as they are.</summary>
public sealed class TorchGradientsTests
{
    [Theory]
    [InlineData(1e-9f)]       // below float16's least number, 6e-8, if not scaled
    [InlineData(0.5f)]
    [InlineData(200f)]        // 200 * 65536 is above float16's greatest, 65504
    public void Gradients_through_float16_are_whole(float gradient)
    {
        TorchPresence.SkipWithout();
        using var scope = torch.NewDisposeScope();
        var weight = torch.ones(1).requires_grad_();
        var loss = (weight.to_type(torch.ScalarType.Float16).to_type(torch.ScalarType.Float32) * gradient).sum();
        var found = TorchGradients.Of(loss, [weight], isReduced: true);
        Assert.Equal(1, found.Single().item<float>() / gradient, 1e-2f);
        Assert.Equal(torch.ScalarType.Float32, found.Single().dtype);
    }

    [Fact]
    public void A_gradient_that_is_no_number_stays_one()
    {
        TorchPresence.SkipWithout();
        using var scope = torch.NewDisposeScope();
        var weight = torch.zeros(1).requires_grad_();
        Assert.False(float.IsFinite(TorchGradients.Of(weight.sqrt().sum(), [weight], isReduced: true).Single().item<float>()));
    }
}
