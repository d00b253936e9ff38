using MlNetConvVis.Imaging;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public class OverlapCheckTests
{
    [Fact]
    public void Copies_are_found_whatever_their_size_and_brightness_and_others_are_not()
    {
        using var folder = new TemporaryFolder();
        string Write(string name, int seed, int side, double contrast = 1, double shift = 0)
        {
            var pixels = new byte[3 * side * side];
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        var (u, v) = ((x + 0.5) / side, (y + 0.5) / side);
                        var value = 128 + (100 * Math.Sin((seed + 2) * (u + (c * 0.3))) * Math.Cos((seed + 1) * v * 3));
                        pixels[(3 * ((y * side) + x)) + c] = (byte)Math.Clamp((contrast * value) + shift, 0, 255);
                    }
                }
            }

            var path = Path.Combine(folder.Path, name);
            new RgbImage(side, side, pixels).WritePng(path);
            return path;
        }

        var grey = Path.Combine(folder.Path, "grey.png");
        RgbImage.Filled(40, 40, new Rgb(90, 90, 90)).WritePng(grey);
        string[] source = [Write("s0.png", 0, 64), Write("s1.png", 1, 64), grey, Write("s3.png", 3, 64)];
        string[] target = [Write("t0.png", 5, 64), Write("t1.png", 3, 128, contrast: 0.5, shift: 60), grey];
        var result = new OverlapCheck { Threads = 1 }.Find(ImageSource.Files(source), ImageSource.Files(target), cancellation: TestContext.Current.CancellationToken);
        var pair = Assert.Single(result.Pairs);
        Assert.Equal((1, 3), (pair.Target, pair.Source));
        Assert.InRange(pair.Correlation, 0.99, 1);
        Assert.Equal((3, 2), (result.Compared, result.Targets));      // one colour has no correlation
    }
}
