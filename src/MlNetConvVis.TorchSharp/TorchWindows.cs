using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MlNetConvVis.TorchSharp;

/// <summary>
/// Convolution and maximum pooling by windows laid out as columns. Their derivatives gather: every sum has one order on every device, where cuDNN's and
/// those of Torch's own pooling add in the order in which threads arrive.
/// </summary>
internal static class TorchWindows
{
    /// <summary>For each group: its filters [maps, places] times its windows [places, pixels].</summary>
    public static Tensor Convolve(TorchWindow window, Tensor image, Tensor filters, Tensor? bias, long groups)
    {
        var (columns, height, width) = Columns(window, image, 0);
        var places = columns.shape[1] / groups;
        var windows = columns.reshape(columns.shape[0], groups, places, columns.shape[2]);
        var maps = matmul(filters.reshape(1, groups, -1, places), windows).reshape(columns.shape[0], -1, height, width);
        return bias is null ? maps : maps + bias.reshape(1, -1, 1, 1);
    }

    /// <summary>The largest of each window; of equals the first in row-major order.</summary>
    public static Tensor Maxima(TorchWindow window, Tensor image)
    {
        var (columns, height, width) = Columns(window, image, double.NegativeInfinity);
        var maps = image.shape[1];
        var windows = columns.reshape(columns.shape[0], maps, -1, columns.shape[2]);
        return windows.max(2).values.reshape(columns.shape[0], maps, height, width);
    }

    private static (Tensor Columns, long Height, long Width) Columns(TorchWindow window, Tensor image, double padding)
    {
        var padded = window.HasPads ? pad(image, [window.Begin[1], window.End[1], window.Begin[0], window.End[0]], value: padding) : image;
        var columns = unfold(
            padded, (window.Kernel[0], window.Kernel[1]), (window.Dilations[0], window.Dilations[1]), (0, 0), (window.Strides[0], window.Strides[1]));
        return (columns, Count(padded, 0), Count(padded, 1));

        long Count(Tensor of, int side) =>
            ((of.shape[2 + side] - (window.Dilations[side] * (window.Kernel[side] - 1)) - 1) / window.Strides[side]) + 1;
    }
}
