namespace MlNetConvVis.Data;

/// <summary>Data that cannot be used: a folder, list, split, array file or data set. The message names it, what was wanted and what to
/// do.</summary>
/// <param name="message">The whole message.</param>
/// <param name="inner">The error below, if any.</param>
public sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
