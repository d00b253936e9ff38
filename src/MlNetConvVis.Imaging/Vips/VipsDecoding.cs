namespace MlNetConvVis.Imaging.Vips;

/// <summary>What is asked of libvips: samples as the file holds them, upright. Colour is turned into RGB by
/// <see cref="SampleConversion"/>.</summary>
internal static unsafe class VipsDecoding
{
    /// <exception cref="VipsException">libvips failed; its error text says why.</exception>
    /// <exception cref="ImageDecodeException">The image is larger than allowed, or its samples are of a kind nobody agreed on.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, ImageFormat format, string name, DecodeOptions options)
    {
        fixed (byte* file = data)
        {
            using var upright = LoadUpright(file, data.Length, format, name, options);
            using var known = HasKnownSamples(upright) ? null : ToSRgb(upright);
            var image = known ?? upright;
            if (!HasKnownSamples(image))
            {
                throw new ImageDecodeException(
                    name, $"it has {image.Bands} samples a pixel of a kind that is no colour ({image.Interpretation})",
                    "Convert it to RGB, or take it out.");
            }

            using var pixels = image.Compute();
            var samples = image.Format == VipsBandFormat.UInt8
                ? pixels.As<byte>()
                : SampleConversion.UpperBytes(pixels.As<ushort>());
            return SampleConversion.ToRgb(samples, image.Width, image.Height, image.Bands, KindOf(image), options.Background);
        }
    }

    public static byte[] EncodePng(RgbImage image)
    {
        fixed (byte* pixels = image.Pixels)
        {
            using var source = new VipsImage(VipsNative.ImageFromMemory(
                pixels, (nuint)image.Pixels.Length, image.Width, image.Height, 3, (int)VipsBandFormat.UInt8));
            using var save = new VipsOperation("pngsave_buffer");
            return save.SetImage("in", source).Build().Memory("buffer");
        }
    }

    private static VipsImage LoadUpright(byte* file, int length, ImageFormat format, string name, DecodeOptions options)
    {
        var loader = Loader(format);
        var image = Load(loader, file, length, VipsAccess.Sequential, 1);
        try
        {
            if (format == ImageFormat.Svg && options.VectorSide is { } side && side != Math.Max(image.Width, image.Height))
                Replace(ref image, Load(loader, file, length, VipsAccess.Sequential, (double)side / Math.Max(image.Width, image.Height)));
            CheckSize(image, name, options);
            if (image.Orientation > 1)
            {
                // Turning takes rows out of order, which a file read from top to bottom cannot give.
                Replace(ref image, Load(loader, file, length, VipsAccess.Random, 1));
                using var turn = new VipsOperation("autorot");
                Replace(ref image, turn.SetImage("in", image).Build().Image());
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static VipsImage Load(string loader, byte* file, int length, VipsAccess access, double scale)
    {
        using var load = new VipsOperation(loader);
        load.SetMemory("buffer", file, length)
            .SetEnum("fail-on", VipsNative.FailOnType(), (int)VipsFailOn.Error)
            .SetEnum("access", VipsNative.AccessType(), (int)access);
        if (scale != 1)
            load.Set("scale", scale);
        return load.Build().Image();
    }

    private static void Replace(ref VipsImage image, VipsImage by)
    {
        image.Dispose();
        image = by;
    }

    private static string Loader(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpegload_buffer",
        ImageFormat.Png => "pngload_buffer",
        ImageFormat.WebP => "webpload_buffer",
        ImageFormat.Gif => "gifload_buffer",
        ImageFormat.Tiff => "tiffload_buffer",
        ImageFormat.Svg => "svgload_buffer",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "libvips has no loader for it."),
    };

    private static void CheckSize(VipsImage image, string name, DecodeOptions options)
    {
        if ((long)image.Width * image.Height > options.MaxPixels)
        {
            throw new ImageDecodeException(name,
                $"it has {image.Width}x{image.Height} pixels, more than the {options.MaxPixels} allowed",
                $"Shrink it, or raise {nameof(DecodeOptions)}.{nameof(DecodeOptions.MaxPixels)} if you trust it.");
        }
    }

    private static bool HasKnownSamples(VipsImage image) =>
        image.Format is VipsBandFormat.UInt8 or VipsBandFormat.UInt16 && (KindOf(image), image.Bands) is
            (SampleKind.Grey, 1 or 2) or (SampleKind.Rgb, 3 or 4) or (SampleKind.Cmyk, 4 or 5);

    // Lab, floating point and the like, which only TIFF holds.
    private static VipsImage ToSRgb(VipsImage image)
    {
        using var convert = new VipsOperation("colourspace");
        return convert.SetImage("in", image)
            .SetEnum("space", VipsNative.InterpretationType(), (int)VipsInterpretation.SRgb)
            .Build().Image();
    }

    private static SampleKind KindOf(VipsImage image) => image.Interpretation switch
    {
        VipsInterpretation.Grey or VipsInterpretation.Grey16 => SampleKind.Grey,
        VipsInterpretation.Rgb or VipsInterpretation.SRgb or VipsInterpretation.Rgb16 => SampleKind.Rgb,
        VipsInterpretation.Cmyk => SampleKind.Cmyk,
        _ => SampleKind.Other,
    };
}
