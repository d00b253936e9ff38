namespace MlNetConvVis.Imaging.Vips;

/// <summary>VipsBandFormat: what one sample is. Only those this library reads.</summary>
internal enum VipsBandFormat
{
    UInt8 = 0,
    UInt16 = 2,
}

/// <summary>VipsInterpretation: what the samples of a pixel mean. Only those this library treats by itself.</summary>
internal enum VipsInterpretation
{
    Multiband = 0,
    Grey = 1,
    Cmyk = 15,
    Rgb = 17,
    SRgb = 22,
    Rgb16 = 25,
    Grey16 = 26,
}

/// <summary>VipsFailOn: which trouble in a file is an error.</summary>
internal enum VipsFailOn
{
    None = 0,
    Truncated = 1,
    Error = 2,
    Warning = 3,
}

/// <summary>VipsAccess: in which order the pixels of a file are asked for.</summary>
internal enum VipsAccess
{
    Random = 0,
    Sequential = 1,
}
