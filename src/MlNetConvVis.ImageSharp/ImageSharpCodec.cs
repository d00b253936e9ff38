using System.Reflection;
using MlNetConvVis.Imaging;
using MlNetConvVis.Imaging.Bmp;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using ImageFormat = MlNetConvVis.Imaging.ImageFormat;

namespace MlNetConvVis.ImageSharp;

/// <summary>
/// The codec for the convention of <see cref="IImageCodec"/> on SixLabors.ImageSharp: managed code alone, every format but SVG.
/// <see cref="ImageCodecs"/> finds it by itself when this assembly lies beside it; it is used when libvips is not there.
/// </summary>
public sealed class ImageSharpCodec : IImageCodec
{
    private const string Advice = "Open it in a viewer to see whether it is whole, save it anew, or take it out.";

    private static readonly DecoderOptions s_firstFrame = new()
    {
        Configuration = new Configuration(
            new JpegConfigurationModule(), new PngConfigurationModule(), new WebpConfigurationModule(),
            new GifConfigurationModule(), new TiffConfigurationModule()),
        MaxFrames = 1,
    };

    private static readonly PngEncoder s_png = new() { ColorType = PngColorType.Rgb, BitDepth = PngBitDepth.Bit8, SkipMetadata = true };

    /// <inheritdoc/>
    public string Name => "ImageSharp";

    /// <inheritdoc/>
    public string Version { get; } = LibraryVersion();

    /// <inheritdoc/>
    public IReadOnlySet<ImageFormat> Formats { get; } = new HashSet<ImageFormat>
    {
        ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.WebP, ImageFormat.Gif, ImageFormat.Bmp, ImageFormat.Tiff,
    };

    /// <summary>Puts this codec before libvips for the whole process; without this call it serves only where libvips is missing.</summary>
    public static void Prefer() => ImageCodecs.Register("ImageSharp", -1, static () => new ImageSharpCodec());

    /// <inheritdoc/>
    public RgbImage Decode(ReadOnlySpan<byte> data, string name, DecodeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var wanted = options ?? DecodeOptions.Default;
        if (FormatOf(data, name) == ImageFormat.Bmp)
            return BmpDecoder.Decode(data, name, wanted); // the codecs share one reader, whose rounding of 15 and 16-bit colours is stated
        try
        {
            var info = Image.Identify(s_firstFrame, data);
            RefuseTooLarge(info, name, wanted.MaxPixels);
            if (info.Metadata.DecodedImageFormat is JpegFormat && JpegHeader.Read(data) is { } header && JpegPlanes.Reads(header))
                return ToRgbImage(JpegPlanes.Load(s_firstFrame, data, header), static pixel => new Rgb(pixel.R, pixel.G, pixel.B));
            return HasWideSamples(info)
                ? ToRgbImage(Image.Load<Rgba64>(s_firstFrame, data), pixel => Flattened(Narrowed(pixel), wanted.Background))
                : ToRgbImage(Image.Load<Rgba32>(s_firstFrame, data), pixel => Flattened(pixel, wanted.Background));
        }
        catch (Exception e) when (e is not (OutOfMemoryException or ImageDecodeException))
        {
            // On a damaged file the decoders throw their own exceptions, but out-of-range and null reference ones too.
            throw new ImageDecodeException(name, $"ImageSharp says: {FirstLine(e.Message)}", Advice, e);
        }
    }

    /// <inheritdoc/>
    public byte[] EncodePng(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var picture = Image.LoadPixelData<Rgb24>(image.Pixels, image.Width, image.Height);
        using var file = new MemoryStream();
        picture.Save(file, s_png);
        return file.ToArray();
    }

    private ImageFormat FormatOf(ReadOnlySpan<byte> data, string name)
    {
        if (data.IsEmpty)
            throw new ImageDecodeException(name, "the file is empty", "Copy it again, or take it out.");
        var format = ImageFormats.Detect(data) ?? throw new ImageDecodeException(
            name, $"its content is none of {string.Join(", ", Formats.Order())} (it begins with {Convert.ToHexString(data[..Math.Min(8, data.Length)])})",
            "Convert it to one of them, or take it out.");
        if (!Formats.Contains(format))
            throw new ImageDecodeException(name, $"ImageSharp does not read {format.ToString().ToUpperInvariant()}", "Use the libvips codec for it.");
        if (FileEnd.WhyCutShort(format, data) is { } reason)
            throw new ImageDecodeException(name, reason, "Copy it again, or take it out.");
        return format;
    }

    private static void RefuseTooLarge(ImageInfo info, string name, long maxPixels)
    {
        if ((long)info.Width * info.Height > maxPixels)
        {
            throw new ImageDecodeException(
                name, $"it has {info.Width}x{info.Height} pixels, more than the {maxPixels} allowed",
                $"Shrink it, or raise {nameof(DecodeOptions)}.{nameof(DecodeOptions.MaxPixels)} if you trust it.");
        }
    }

    private static bool HasWideSamples(ImageInfo info) =>
        info.Metadata.DecodedImageFormat switch
        {
            PngFormat => info.Metadata.GetPngMetadata().BitDepth == PngBitDepth.Bit16,
            TiffFormat => info.FrameMetadataCollection is [var frame, ..] && frame.GetTiffMetadata().BitsPerSample is { Channel0: > 8 },
            _ => false,
        };

    private static RgbImage ToRgbImage<TPixel>(Image<TPixel> decoded, Func<TPixel, Rgb> toRgb)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var picture = decoded;
        picture.Mutate(static operations => operations.AutoOrient());
        var pixels = new byte[checked(3 * picture.Width * picture.Height)];
        picture.ProcessPixelRows(rows =>
        {
            var at = 0;
            for (var y = 0; y < rows.Height; y++)
            {
                foreach (ref readonly var pixel in rows.GetRowSpan(y))
                {
                    (pixels[at], pixels[at + 1], pixels[at + 2]) = toRgb(pixel);
                    at += 3;
                }
            }
        });
        return new RgbImage(picture.Width, picture.Height, pixels);
    }

    // The convention keeps the upper byte of 16-bit samples; ImageSharp's own conversion rounds.
    private static Rgba32 Narrowed(Rgba64 pixel) =>
        new((byte)(pixel.R >> 8), (byte)(pixel.G >> 8), (byte)(pixel.B >> 8), (byte)(pixel.A >> 8));

    private static Rgb Flattened(Rgba32 pixel, Rgb background) => pixel.A == byte.MaxValue
        ? new Rgb(pixel.R, pixel.G, pixel.B)
        : new Rgb(Over(pixel.R, background.R, pixel.A), Over(pixel.G, background.G, pixel.A), Over(pixel.B, background.B, pixel.A));

    private static byte Over(byte colour, byte background, byte alpha) =>
        (byte)(((colour * alpha) + (background * (byte.MaxValue - alpha))) / byte.MaxValue);

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('\r', '.', ' ');

    private static string LibraryVersion()
    {
        var assembly = typeof(Image).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.Split('+')[0] ?? assembly.GetName().Version!.ToString();
    }
}
