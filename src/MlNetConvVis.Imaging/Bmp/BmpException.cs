namespace MlNetConvVis.Imaging.Bmp;

/// <summary>Why a bitmap cannot be read; becomes the reason of an <see cref="ImageDecodeException"/>.</summary>
internal sealed class BmpException(string reason) : Exception(reason);
