namespace MlNetConvVis.Tests;

/// <summary>How far a value may be from the expected one: |actual - expected| &lt;= Absolute + Relative * |expected|.</summary>
public readonly record struct Tolerance(float Absolute, float Relative)
{
    /// <summary>For float32 results whose summation order differs.</summary>
    public static Tolerance Float32 { get; } = new(1e-5f, 1e-4f);

    /// <summary>For values that must be the same to the bit.</summary>
    public static Tolerance Exact { get; } = new(0, 0);
}

/// <summary>Compares tensors element by element; NaN fails.</summary>
internal static class TensorAssert
{
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, Tolerance tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(MathF.Abs(actual[i] - expected[i]) <= tolerance.Absolute + (tolerance.Relative * MathF.Abs(expected[i]))))
                Assert.Fail($"[{i}] expected {expected[i]:R}, got {actual[i]:R}, allowed {tolerance}");
        }
    }
}
