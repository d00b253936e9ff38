namespace MlNetConvVis.Tests;

public class TensorAssertTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(1.1f)]
    public void Close_fails_on_what_differs(float actual) =>
        Assert.ThrowsAny<Exception>(() => TensorAssert.Close([1f], [actual], Tolerance.Float32));

    [Fact]
    public void Close_passes_what_is_within() => TensorAssert.Close([1f], [1.00005f], Tolerance.Float32);
}
