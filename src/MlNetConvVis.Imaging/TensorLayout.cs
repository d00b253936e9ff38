namespace MlNetConvVis.Imaging;

/// <summary>The order of the dimensions of a batch of images.</summary>
public enum TensorLayout
{
    /// <summary>Image, channel, row, column.</summary>
    Nchw,

    /// <summary>Image, row, column, channel: Keras and TensorFlow.</summary>
    Nhwc,
}
