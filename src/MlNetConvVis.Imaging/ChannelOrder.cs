namespace MlNetConvVis.Imaging;

/// <summary>The order of the colour channels in a tensor.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red (Caffe's order).</summary>
    Bgr,
}
