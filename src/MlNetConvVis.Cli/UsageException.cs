namespace MlNetConvVis.Cli;

/// <summary>Arguments that cannot be used: what came, what was wanted, what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
