using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Tests.Analysis;

public class FirstLayerDiagnosisTests
{
    private const double Close = 1e-6;

    [Fact]
    public void Shares_of_energy_are_those_of_NumPys_transform()
    {
        foreach (var expected in JsonDocument.Parse(ReferenceFile.Bytes("Analysis", "filter_spectrum.json")).RootElement.EnumerateArray())
        {
            var (size, stride) = (expected.GetProperty("size").GetInt32(), expected.GetProperty("stride").GetInt32());
            float[] filter = [.. expected.GetProperty("filter").EnumerateArray().Select(static v => v.GetSingle())];
            var spectrum = FilterSpectrum.Of(filter, size, size, (stride, stride));
            double[] actual = [spectrum.Low, spectrum.Middle, spectrum.High, spectrum.Aliased];
            foreach (var (wanted, share) in expected.GetProperty("shares").EnumerateArray().Select(static v => v.GetDouble()).Zip(actual))
                Assert.Equal(wanted, share, Close);
        }
    }

    [Fact]
    public void A_chequered_filter_is_high_and_aliases_where_steps_are_two()
    {
        float[] filter = [.. Enumerable.Range(0, 256).Select(static i => ((i / 16) + (i % 16)) % 2 == 0 ? 1f : -1f)];
        var spectrum = FilterSpectrum.Of(filter, 16, 16, (2, 2));
        Assert.InRange(spectrum.High, 0.98, 1);
        Assert.InRange(spectrum.Aliased, 0.98, 1);
        Assert.Equal(0, FilterSpectrum.Of(filter, 16, 16, (1, 1)).Aliased);
    }

    [Fact]
    public void Dead_filters_dominance_and_filters_at_the_limit_are_counted()
    {
        float[] weights = [.. Filter(0.1f), .. Filter(0.096f), .. Filter(0.02f), .. Filter(-0.02f), .. Filter(0)];
        var net = new ConvNet(GraphText.Parse("conv = Conv(x, w) strides=[2,2]\ny = Relu(conv)", [-1, 3, 8, 8], ("w", OnnxTensor.Of(weights, 5, 3, 3, 3))));
        var ofWeights = FirstLayerDiagnosis.Of(net)!;
        Assert.Equal((1, 2), (ofWeights.Dead, ofWeights.AtLimit(0.1)));
        Assert.Equal(5, ofWeights.Dominance, 1e-5);
        Assert.Equal(0.02, ofWeights.Filters[3].Rms, Close);

        var ofPhotos = FirstLayerDiagnosis.Of(net, 4, static (index, image) => image.Fill(index), GraphRun.Settings)!;      // brightness only: the fourth is never above zero
        Assert.Equal(4, ofPhotos.Photos);
        Assert.Equal([false, false, false, true, true], ofPhotos.Filters.Select(static f => f.IsDead));
        Assert.Equal(3 * 27 * 0.1f, ofPhotos.Filters[0].Largest!.Value, 1e-4f);
    }

    [Fact]
    public void A_network_without_a_convolution_at_the_image_has_none() =>
        Assert.Null(FirstLayerDiagnosis.Of(new ConvNet(GraphText.Parse("y = Relu(x)", [-1, 3, 4, 4]))));

    private static IEnumerable<float> Filter(float value) => Enumerable.Repeat(value, 27);
}
