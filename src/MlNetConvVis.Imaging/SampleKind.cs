namespace MlNetConvVis.Imaging;

/// <summary>What the samples of a pixel mean; one more sample than the kind needs is opacity.</summary>
internal enum SampleKind
{
    Grey,
    Rgb,
    Cmyk,
    Other,
}
