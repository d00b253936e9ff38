using System.Text;
using MlNetConvVis.Imaging;
using MlNetConvVis.Imaging.Vips;

namespace MlNetConvVis.Tests.Imaging;

/// <summary>Tests that measure what the whole process holds; no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}

[Collection(AloneInTheProcess.Name)]
public sealed class VipsCodecTests
{
    private readonly VipsCodec _codec = OpenOrSkip();

    [Fact]
    public void It_states_its_version_and_reads_every_format()
    {
        Assert.StartsWith("8.", _codec.Version, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<ImageFormat>().Length, _codec.Formats.Count);
    }

    [Fact]
    public void Side_by_side_failures_keep_their_own_reasons_and_nothing_is_left_behind()
    {
        var jpeg = ReferenceFile.Bytes("Imaging", "444.jpg");
        var png = ReferenceFile.Bytes("Imaging", "rgb.png");
        var turned = ReferenceFile.Bytes("Imaging", "orientation6.jpg");
        var svg = Encoding.UTF8.GetBytes("""<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g></svg>""");
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Assert.Equal(18, _codec.Decode(turned, "turned.jpg").Width);
            Assert.Equal(61, _codec.Decode(jpeg, "whole.jpg").Width);
            Assert.NotEmpty(_codec.EncodePng(RgbImage.Filled(3, 3, Rgb.White)));
            if (i % 4 != 0)
                return;
            var (data, sign) = (i / 4 % 3) switch
            {
                0 => (jpeg[..^300], "VipsJpeg"),
                1 => (png[..^300], "vipspng"),
                _ => (svg, "svg"),
            };
            var error = Assert.Throws<ImageDecodeException>(() => _codec.Decode(data, $"broken{i}"));
            Assert.Equal($"broken{i}", error.File);
            Assert.Contains(sign, error.Reason, StringComparison.OrdinalIgnoreCase);
        });
        Assert.Equal(0, VipsCodec.HeldBytes);
    }

    private static VipsCodec OpenOrSkip()
    {
        var status = ImageCodecs.Status().Single(s => s.Name == "libvips");
        Assert.SkipUnless(status.IsAvailable, $"libvips is not here: {status.WhyNot}");
        return VipsCodec.Open();
    }
}
