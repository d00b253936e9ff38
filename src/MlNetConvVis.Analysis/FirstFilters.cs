using MlNetConvVis.Features;
using MlNetConvVis.Graph;
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
        var users = net.Graph.UsersOf(net.Image.Name);      // an image of channels last is turned first
        var conv = users.Concat(users.Where(static n => n.OpType == "Transpose").SelectMany(n => net.Graph.UsersOf(n.Outputs[0])))
            .FirstOrDefault(static n => n.OpType == "Conv");
        if (conv is null || !net.Graph.Initializers.TryGetValue(conv.Inputs[1], out var weights)
            || weights.Dims is not [var count, 1 or 3, var height, var width])
        {
            return null;
        }

        var (channels, order) = ((int)weights.Dims[1], net.Preprocessing?.Channels ?? ChannelOrder.Rgb);
        var length = (int)(channels * height * width);
        var filters = Enumerable.Range(0, (int)count)
            .Select(i => TensorPicture.Signed(weights.Floats.Slice(i * length, length), channels, (int)height, (int)width, order));
        return new FirstFilters(SpecNameOf(net, conv.Outputs[0]) ?? conv.Outputs[0], [.. filters]);
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

    /// <summary>A spec's layer is named by the value behind its activation.</summary>
    private static string? SpecNameOf(ConvNet net, string conv)
    {
        for (string? value = conv; value is not null; value = net.Graph.UsersOf(value) is [var only] ? only.Outputs[0] : null)
        {
            if (net.SpecLayers.Contains(value)) return value;
        }

        return null;
    }
}
