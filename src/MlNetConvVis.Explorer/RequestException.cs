namespace MlNetConvVis.Explorer;

/// <summary>A request that cannot be answered, with what was wanted.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What came, what was wanted.</param>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    public int Status => status;
}
