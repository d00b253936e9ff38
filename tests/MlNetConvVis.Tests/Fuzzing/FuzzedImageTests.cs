using MlNetConvVis.Imaging;
using MlNetConvVis.Tests.Imaging;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>2,000 broken photos.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FuzzedImageTests
{
    private const int EachFormat = 667;

    [Theory]
    [InlineData(".jpg")]
    [InlineData(".png")]
    [InlineData(".webp")]
    public void A_broken_image_is_refused_or_decoded(string ending)
    {
        var files = Directory.GetFiles(ReferenceFile.PathOf("Imaging", ""), "*" + ending).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var (mutations, input) = (new Mutations(seed: 1), new FuzzedInput(static e => e is ImageDecodeException));
        for (var i = 0; i < EachFormat; i++)
        {
            var bytes = mutations.OfBytes(files[i % files.Length], files[(i + 1) % files.Length]);
            input.Take($"{i}{ending}", () =>
            {
                var image = ImageCodecs.Default.Decode(bytes, "broken" + ending);
                Assert.Equal(3 * image.Width * image.Height, image.Pixels.Length);
            });
        }

        input.AssertHarmless();
        Assert.True(input.Valid > 0 && input.Refused > EachFormat / 10, $"{input.Valid} decoded, {input.Refused} refused");
    }
}
