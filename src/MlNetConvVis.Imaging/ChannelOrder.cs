namespace MlNetConvVis.Imaging;

/// <summary>Which channels a tensor has, and their order.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red (Caffe's order).</summary>
    Bgr,

    /// <summary>One channel, <see cref="GreyLevel"/>.</summary>
    Grey,
}
