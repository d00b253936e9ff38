namespace MlNetConvVis.Graph;

/// <summary>A graph that cannot be used as it is: what came, what was wanted, what to do.</summary>
public class GraphException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What came, what was wanted, what to do.</param>
    public GraphException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What came, what was wanted, what to do.</param>
    /// <param name="cause">What failed underneath.</param>
    public GraphException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
