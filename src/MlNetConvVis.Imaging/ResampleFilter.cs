namespace MlNetConvVis.Imaging;

/// <summary>The weight that neighbouring pixels get when a picture is resized; widened by the factor it shrinks.</summary>
public enum ResampleFilter
{
    /// <summary>Triangle of radius 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5, of radius 2.</summary>
    Bicubic,
}
