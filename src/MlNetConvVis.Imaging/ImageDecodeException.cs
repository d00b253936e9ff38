namespace MlNetConvVis.Imaging;

/// <summary>A file could not be read as an image. The message names the file, the reason and what to do.</summary>
public sealed class ImageDecodeException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file's name or path.</param>
    /// <param name="reason">Why it could not be read, without a full stop.</param>
    /// <param name="advice">What the user can do about it.</param>
    /// <param name="inner">The error below, if any.</param>
    public ImageDecodeException(string file, string reason, string advice, Exception? inner = null)
        : base($"Image '{file}' cannot be read: {reason}. {advice}", inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>Gets the file's name or path.</summary>
    public string File { get; }

    /// <summary>Gets the reason alone.</summary>
    public string Reason { get; }
}
