namespace MlNetConvVis.Imaging.Vips;

/// <summary>libvips said no. Its error text is global, so it is read later, when no other image is being decoded.</summary>
internal sealed class VipsException : Exception;
