using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>
/// The filters of a network's first convolution as pictures: what figure 2 of Zeiler and Fergus (2013) shows for layer 1, whose units see no more than one
/// filter. Grey is zero; each filter uses the full range. After batch normalisation was folded they are the folded convolution's.
/// </summary>
/// <param name="Layer">The convolution; in a network made from a spec, the spec's name for it and its activation.</param>
/// <param name="Filters">One picture a filter, kernel width x kernel height.</param>
public sealed record FirstFilters(string Layer, IReadOnlyList<RgbImage> Filters)
{
    /// <summary>Reads them.</summary>
    /// <param name="net">The network; its preprocessing says the colours' order.</param>
    /// <returns>The filters; null where no convolution of 1 or 3 channels stands directly at the image.</returns>
    public static FirstFilters? Of(ConvNet net)
    {
        ArgumentNullException.ThrowIfNull(net);
        if (FirstConvolution.Of(net) is not { Weights: { Dims: [var count, _, var height, var width] } weights } first) return null;
        var (channels, order) = ((int)weights.Dims[1], net.Preprocessing?.Channels ?? ChannelOrder.Rgb);
        var length = (int)(channels * height * width);
        var filters = Enumerable.Range(0, (int)count)
            .Select(i => TensorPicture.Signed(weights.Floats.Slice(i * length, length), channels, (int)height, (int)width, order));
        return new FirstFilters(first.Layer, [.. filters]);
    }

    /// <summary>Sets them as a sheet, in their order row by row.</summary>
    /// <param name="tile">The wished side of one filter in pixels; filters are enlarged by whole numbers up to it.</param>
    /// <returns>The sheet.</returns>
    public RgbImage Sheet(int tile = 48)
    {
        var factor = Math.Max(1, tile / Math.Max(Filters[0].Width, Filters[0].Height));
        return new ImageSheet { Columns = (int)Math.Ceiling(Math.Sqrt(Filters.Count)), Gap = 3, Margin = 6 }.Compose(
            [.. Filters.Select(f => (RgbImage?)f.Enlarge(factor))]);
    }
}
