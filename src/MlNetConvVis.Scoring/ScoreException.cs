namespace MlNetConvVis.Scoring;

/// <summary>A scoring run that cannot be begun, continued or merged. The message says what came, what was wanted and what to do.</summary>
/// <param name="message">The whole message.</param>
/// <param name="inner">The error below, if any.</param>
public sealed class ScoreException(string message, Exception? inner = null) : Exception(message, inner);
