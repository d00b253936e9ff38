using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>Channels, rows and columns of an input, whatever the order of its axes.</summary>
internal readonly record struct InputSize(int Channels, int Height, int Width)
{
    public static InputSize Of(ImagePreprocessing preprocessing) => new(preprocessing.ChannelCount, preprocessing.Height, preprocessing.Width);

    /// <summary>Reads a shape of three or four axes in a network's order.</summary>
    public static InputSize Of(IReadOnlyList<int> shape, ConvNet net) =>
        new(shape[^(4 - net.Axes.Channels)], shape[^(4 - net.Axes.Rows)], shape[^(4 - net.Axes.Columns)]);

    /// <summary>Writes a size as the shape of one input in a network's order.</summary>
    public int[] Shape(ConvNet net) => net.Axes.Shape(1, Channels, Height, Width);
}
