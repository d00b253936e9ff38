using System.Security.Cryptography;

namespace MlNetConvVis.Imaging;

/// <summary>Where an image comes from: a file, an entry of an archive, a record of bare pixels. Nothing is read before <see cref="Read"/>; several
/// threads may read at a time. Equal when both name the same place.</summary>
/// <param name="Name">How the image is called in lists and messages: the path of a file; for anything else the path of what holds it, and its place
/// there.</param>
public abstract record ImageSource(string Name)
{
    /// <summary>Names a file.</summary>
    /// <param name="path">Its path; whether it exists turns out when it is read.</param>
    public static ImageSource File(string path) => new FileImage(path);

    /// <summary>Names files.</summary>
    /// <param name="paths">Their paths.</param>
    public static ImageSource[] Files(IEnumerable<string> paths) => [.. paths.Select(File)];

    /// <summary>Reads and decodes the image at its own size.</summary>
    /// <param name="options">Limits and background; null: the defaults.</param>
    /// <param name="codec">Null: the best there is for the image's format. Bare pixels need none.</param>
    /// <exception cref="ImageDecodeException">It cannot be read.</exception>
    public abstract RgbImage Read(DecodeOptions? options = null, IImageCodec? codec = null);

    /// <summary>Tells, without reading the image, what changes when it does: of a file, name, length and time of the last change.</summary>
    public abstract string Stamp();

    /// <summary>Condenses what the image holds to 32 bytes (SHA-256), which change when it does and do not when it is only renamed: of a file its bytes, of
    /// anything else its size and pixels.</summary>
    /// <exception cref="ImageDecodeException">It cannot be read.</exception>
    public virtual byte[] ContentHash()
    {
        var image = Read();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(image.Width));
        hash.AppendData(BitConverter.GetBytes(image.Height));
        hash.AppendData(image.Pixels);
        return hash.GetHashAndReset();
    }

    /// <summary>Decodes the bytes of an image file.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="name">What messages call them.</param>
    /// <param name="options">Limits and background; null: the defaults.</param>
    /// <param name="codec">Null: the best there is for their format.</param>
    /// <exception cref="ImageDecodeException">They cannot be decoded.</exception>
    public static RgbImage Decode(byte[] content, string name, DecodeOptions? options = null, IImageCodec? codec = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        return (codec ?? CodecFor(content, name)).Decode(content, name, options);
    }

    // SVG among photos, on a machine whose codec does not read it, is one broken file, not the end of all.
    private static IImageCodec CodecFor(byte[] content, string name)
    {
        if (ImageFormats.Detect(content) is not { } format)
            return ImageCodecs.Default;
        try
        {
            return ImageCodecs.For(format);
        }
        catch (ImageCodecMissingException e)
        {
            throw new ImageDecodeException(name, e.Message.TrimEnd('.'), "Convert it, or take it out.", e);
        }
    }

    private sealed record FileImage(string Path) : ImageSource(Path)
    {
        public override RgbImage Read(DecodeOptions? options, IImageCodec? codec)
        {
            return Decode(Content(), Path, options, codec);
        }

        public override byte[] ContentHash() => SHA256.HashData(Content());

        private byte[] Content()
        {
            try
            {
                return System.IO.File.ReadAllBytes(Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ImageDecodeException(
                    Path, e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : Directory.Exists(Path) ? "it is a folder"
                        : e.Message.TrimEnd('.'),
                    "Check its name and rights.", e);
            }
        }

        public override string Stamp()
        {
            var file = new FileInfo(Path);
            return string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{Path} {(file.Exists ? file.Length : -1)} {file.LastWriteTimeUtc.Ticks}");
        }
    }
}
