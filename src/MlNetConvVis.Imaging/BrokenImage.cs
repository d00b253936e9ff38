namespace MlNetConvVis.Imaging;

/// <summary>A file that was skipped because it could not be read.</summary>
/// <param name="Index">Its place among the files asked for.</param>
/// <param name="File">Its path.</param>
/// <param name="Message">Name, reason and what to do, as one line.</param>
public sealed record BrokenImage(int Index, string File, string Message);
