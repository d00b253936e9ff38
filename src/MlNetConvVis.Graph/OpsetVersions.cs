namespace MlNetConvVis.Graph;

/// <summary>The versions of ONNX's operator set that are read and written.</summary>
public static class OpsetVersions
{
    /// <summary>The oldest that is read.</summary>
    public const int OldestRead = 7;

    /// <summary>The newest that is read: up to it the operators of convolutional networks gained element types, but no other meaning.</summary>
    public const int NewestRead = 25;

    /// <summary>The one that is written: it has ScatterElements with reductions, and CUDA has kernels for all of it (those of 22 are missing).</summary>
    public const int Written = 18;
}
