namespace MlNetConvVis.Data;

/// <summary>The types of values that .npy files are read and written with.</summary>
public enum NpyType
{
    /// <summary>numpy <c>bool</c>, C# bool.</summary>
    Bool,

    /// <summary>numpy <c>uint8</c>, C# byte.</summary>
    UInt8,

    /// <summary>numpy <c>int32</c>, C# int.</summary>
    Int32,

    /// <summary>numpy <c>int64</c>, C# long.</summary>
    Int64,

    /// <summary>numpy <c>float32</c>, C# float.</summary>
    Float32,

    /// <summary>numpy <c>float64</c>, C# double.</summary>
    Float64,
}
