using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>How a projection becomes a picture: grey is zero, enlarged by whole numbers so that pixels stay sharp.</summary>
/// <param name="Kind">What is shown: whole, field or pair.</param>
/// <param name="Net">The network, which knows the order of the axes.</param>
/// <param name="Size">The size of the input.</param>
/// <param name="Preprocessing">How the photo became the input; null when that is not known.</param>
internal sealed record ProjectionView(string Kind, ConvNet Net, InputSize Size, ImagePreprocessing? Preprocessing)
{
    private const int SmallestPictureSide = 256;
    private const int Gap = 8;

    public static ValueOption Option => new(
        "--view", "WHAT", "whole, field or pair",
        "what a picture shows: whole (all of the input), field (only what the unit sees) or pair (that, " +
            "with the same part of the photo beside it); default whole");

    public static string Given(Arguments given, ValueOption option) => given.Choice(option, "whole", "field", "pair") ?? "whole";

    /// <summary>Draws one projection.</summary>
    /// <param name="projection">The projection, of the input's shape.</param>
    /// <param name="field">What the unit sees.</param>
    /// <param name="input">What went into the network, for the photo beside it.</param>
    public RgbImage Draw(ReadOnlySpan<float> projection, FieldResult field, ReadOnlySpan<float> input)
    {
        var planes = Net.ChannelsFirst(projection, Size.Height, Size.Width);
        var whole = TensorPicture.Signed(
            planes, Size.Channels, Size.Height, Size.Width, Preprocessing?.Channels ?? ChannelOrder.Rgb, TensorPicture.ClearRange(projection));
        if (Kind == "whole") return Enlarged(whole);
        if (field.Height == 0 || field.Width == 0)
        {
            throw new GraphException(
                $"The unit sees nothing of the input, only padding around it; --view {Kind} would be empty. Take --view whole, or another unit.");
        }

        var window = new PixelWindow(field.Left, field.Top, field.Width, field.Height);
        var seen = Enlarged(whole.Crop(window));
        return Kind == "field" ? seen
            : new ImageSheet { Columns = 2, Gap = Gap }.Compose([seen, Enlarged(Preprocessing!.ToImage(input).Crop(window))]);
    }

    /// <summary>Refuses what cannot be drawn before any work.</summary>
    public void EnsureFits(string file)
    {
        if (Size.Channels is not (1 or 3))
            throw new UsageException($"--out is '{file}', but {Size.Channels} channels make no picture; a .npy file was wanted.");
        if (Kind == "pair" && Preprocessing is null)
        {
            throw new UsageException(
                "--view is 'pair', but there is no photo to show beside the projection: " +
                "the model does not say how photos become its input. Take --view field.");
        }
    }

    private static RgbImage Enlarged(RgbImage picture) => picture.EnlargeTo(SmallestPictureSide);
}
