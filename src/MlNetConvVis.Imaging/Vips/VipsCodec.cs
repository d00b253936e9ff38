using System.Collections.Frozen;
using MlNetConvVis.Imaging.Bmp;

namespace MlNetConvVis.Imaging.Vips;

/// <summary>Decodes with libvips; BMP, which its builds lack, with a reader of our own.</summary>
public sealed class VipsCodec : IImageCodec
{
    private const string Advice = "Open it in a viewer to see whether it is whole, save it anew, or take it out.";

    // libvips keeps one error text for the whole process. Decoding goes on side by side; after a failure the same image is
    // decoded once more with nobody else at work, and the text is then its own.
    private static readonly ReaderWriterLockSlim s_gate = new();

    private VipsCodec(string version) => Version = version;

    /// <inheritdoc/>
    public string Name => "libvips";

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    public IReadOnlySet<ImageFormat> Formats { get; } = Enum.GetValues<ImageFormat>().ToFrozenSet();

    /// <summary>Gets the bytes that libvips holds for pixels right now: 0 between calls.</summary>
    internal static long HeldBytes => (long)VipsNative.TrackedMemory();

    /// <summary>Loads libvips and starts it, once for the process.</summary>
    /// <exception cref="DllNotFoundException">The library is not there or does not start; the message says where it was looked
    /// for.</exception>
    public static VipsCodec Open() => new(VipsNative.Started.Value);

    /// <inheritdoc/>
    public RgbImage Decode(ReadOnlySpan<byte> data, string name, DecodeOptions? options = null)
    {
        options ??= DecodeOptions.Default;
        if (data.IsEmpty)
            throw new ImageDecodeException(name, "the file is empty", "Copy it again, or take it out.");
        var format = ImageFormats.Detect(data) ?? throw Unknown(name, data[..Math.Min(8, data.Length)]);
        if (format == ImageFormat.Bmp)
            return BmpDecoder.Decode(data, name, options);

        s_gate.EnterReadLock();
        try
        {
            return VipsDecoding.Decode(data, format, name, options);
        }
        catch (VipsException)
        {
            // told below
        }
        finally
        {
            s_gate.ExitReadLock();
        }

        return DecodeAlone(data, format, name, options);
    }

    /// <inheritdoc/>
    public byte[] EncodePng(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        s_gate.EnterReadLock();
        try
        {
            return VipsDecoding.EncodePng(image);
        }
        catch (VipsException e)
        {
            throw new InvalidOperationException($"libvips could not write a PNG of {image.Width}x{image.Height}.", e);
        }
        finally
        {
            s_gate.ExitReadLock();
        }
    }

    private static ImageDecodeException Unknown(string name, ReadOnlySpan<byte> start) => new(
        name, $"its content is none of {string.Join(", ", Enum.GetNames<ImageFormat>())} (it begins with {Convert.ToHexString(start)})",
        "Convert it to one of them, or take it out.");

    private static RgbImage DecodeAlone(ReadOnlySpan<byte> data, ImageFormat format, string name, DecodeOptions options)
    {
        s_gate.EnterWriteLock();
        try
        {
            VipsErrors.Clear();
            return VipsDecoding.Decode(data, format, name, options);
        }
        catch (VipsException e)
        {
            throw new ImageDecodeException(name, VipsErrors.Take(), Advice, e);
        }
        finally
        {
            s_gate.ExitWriteLock();
        }
    }
}
