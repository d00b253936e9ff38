namespace MlNetConvVis.Imaging;

/// <summary>The file formats this library reads.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline and progressive.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP; of an animation the first frame.</summary>
    WebP,

    /// <summary>GIF; of an animation the first frame.</summary>
    Gif,

    /// <summary>Windows and OS/2 bitmaps.</summary>
    Bmp,

    /// <summary>TIFF; of several pages the first.</summary>
    Tiff,

    /// <summary>SVG, drawn at a requested size.</summary>
    Svg,
}
