namespace MlNetConvVis.Setup;

/// <summary>Why set-up cannot go on, in one line for the person at the screen; the command then ends with exit code 2.</summary>
internal sealed class SetupException(string message) : Exception(message);
