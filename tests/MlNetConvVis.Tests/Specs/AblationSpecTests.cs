using MlNetConvVis.Graph;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Specs;

/// <summary>The networks of the paper's table 3, and their small editions.</summary>
public class AblationSpecTests
{
    /// <summary>Those of the paper's own network are known from elsewhere (imgclsmob's README gives 62,357,608 and 107,627,624); the others are sums of
    /// filters * (kernel area * maps below + 1) and units * (values below + 1).</summary>
    [Theory]
    [InlineData("krizhevsky", 62_378_344)]
    [InlineData("ablation/krizhevsky-without-3-4", 62_378_344 - 885_120 - 1_327_488 - (256 * 9 * (384 - 256)))]
    [InlineData("ablation/krizhevsky-without-7", 62_378_344 - 16_781_312)]
    [InlineData("ablation/krizhevsky-without-6-7", 62_378_344 - 37_752_832 - 16_781_312 - 4_097_000 + (1000 * 9217))]
    [InlineData("ablation/krizhevsky-without-3-4-6-7", 34_944 + 614_656 + (256 * ((9 * 256) + 1)) + (1000 * 9217))]
    [InlineData("ablation/krizhevsky-fc-2048", 62_378_344 - 62_357_608 + 28_848_232)]
    [InlineData("ablation/krizhevsky-fc-8192", 62_378_344 - 62_357_608 + 154_542_184)]
    [InlineData("zfnet", 62_357_608)]
    [InlineData("ablation/zfnet-fc-2048", 28_848_232)]
    [InlineData("ablation/zfnet-fc-8192", 154_542_184)]
    [InlineData("ablation/zfnet-512-1024-512", 107_627_624)]
    [InlineData("ablation/zfnet-512-1024-512-fc-8192", 237_560_936)]
    public void Rows_of_table_3_have_their_parameters(string model, long parameters) => Assert.Equal(parameters, SpecFile.Model(model).CountParameters());

    [Theory]
    [InlineData("conv1", 96, 55)]
    [InlineData("pool1", 96, 27)]
    [InlineData("conv2", 256, 27)]
    [InlineData("pool2", 256, 13)]
    [InlineData("conv3", 384, 13)]
    [InlineData("conv4", 384, 13)]
    [InlineData("conv5", 256, 13)]
    [InlineData("pool5", 256, 6)]
    public void Krizhevskys_maps_have_their_sizes(string layer, int maps, int side) =>
        Assert.Equal(new TensorShape(Dim.Free("N"), maps, side, side), SpecFile.Model("krizhevsky").Shapes()[layer]);

    [Fact]
    public void Rows_read_as_differences_and_their_names_are_their_own()
    {
        foreach (var folder in new[] { "ablation", "ablation64" })
        {
            var specs = SpecFile.Models(folder).ToArray();
            Assert.Equal(folder == "ablation" ? 10 : 12, specs.Length);
            Assert.Equal(specs.Length, specs.Select(static s => s.Spec.Name).Distinct().Count());
            foreach (var (file, _) in specs.Where(static s => Path.GetFileName(s.File) is not "zfnet.yaml"))
            {
                Assert.InRange(File.ReadAllLines(file).Count(static l => !l.StartsWith('#')), 3, 8);
                Assert.Contains("extends: ", File.ReadAllText(file), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The small editions keep what the rows of the table differ in: the layers, and the ratios of their sizes.</summary>
    [Fact]
    public void Small_editions_differ_as_the_large_ones_do()
    {
        foreach (var (file, spec) in SpecFile.Models("ablation64"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var large = SpecFile.Model(name is "zfnet" or "krizhevsky" ? name : "ablation/" + name
                .Replace("256-512-256", "512-1024-512", StringComparison.Ordinal)
                .Replace("fc-2048", "fc-8192", StringComparison.Ordinal).Replace("fc-512", "fc-2048", StringComparison.Ordinal));
            Assert.Equal(large.Layers.Select(static l => l.Name).Where(static n => !n.StartsWith("norm", StringComparison.Ordinal)),
                spec.Layers.Select(static l => l.Name));
            var (few, many) = (spec.Shapes(classes: 200), large.Shapes());
            foreach (var layer in spec.Layers.Select(static l => l.Name).Where(static n => n is not "fc8" and not "prob"))
                Assert.Equal((layer, many[layer].Known(1)), (layer, few[layer].Known(1) * (layer.StartsWith("fc", StringComparison.Ordinal) ? 4 : 2)));
            Assert.Equal((2L, 4L), (few["pool5"].Known(2), few["conv5"].Known(2)));
        }
    }

    [Fact]
    public void The_edition_for_32_pixels_has_the_maps_of_that_for_64()
    {
        var (small, large) = (SpecFile.Model("zfnet32"), SpecFile.Model("zfnet64"));
        Assert.Equal((32, 32), (small.Input.Height, small.Input.Width));
        Assert.Equal(large.Shapes(10), small.Shapes(10));
    }
}
