using MlNetConvVis.Imaging.Resampling;

namespace MlNetConvVis.Imaging;

/// <summary>Resizing, cropping and flipping. All of it is this library's own, so the result does not depend on a codec.</summary>
public static class RgbImageOperations
{
    /// <summary>Resizes a picture exactly as Pillow does: separable, antialiased, in 8-bit steps.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">New columns.</param>
    /// <param name="height">New rows.</param>
    /// <param name="filter">The weights.</param>
    public static RgbImage Resize(this RgbImage image, int width, int height, ResampleFilter filter = ResampleFilter.Bilinear) =>
        image.Resize(width, height, filter, new PixelWindow(0, 0, width, height));

    /// <summary>Resizes a picture and keeps a window of the result; equal to resizing and cropping, but only that window is
    /// computed.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Columns of the whole resized picture.</param>
    /// <param name="height">Rows of the whole resized picture.</param>
    /// <param name="filter">The weights.</param>
    /// <param name="window">What to keep of the resized picture.</param>
    /// <exception cref="ArgumentException">The window is not inside the resized picture.</exception>
    public static RgbImage Resize(this RgbImage image, int width, int height, ResampleFilter filter, PixelWindow window)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        window.CheckInside(width, height);
        return width == image.Width && height == image.Height
            ? image.Crop(window)
            : Resampler.Resample(image, width, height, filter, window);
    }

    /// <summary>Cuts a window out of a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="window">What to keep.</param>
    /// <returns>The window; the picture itself when the window is all of it.</returns>
    /// <exception cref="ArgumentException">The window is not inside the picture.</exception>
    public static RgbImage Crop(this RgbImage image, PixelWindow window)
    {
        ArgumentNullException.ThrowIfNull(image);
        window.CheckInside(image.Width, image.Height);
        if (window == new PixelWindow(0, 0, image.Width, image.Height))
            return image;
        var pixels = new byte[3 * window.Width * window.Height];
        for (var y = 0; y < window.Height; y++)
        {
            image.Pixels.Slice(3 * (((window.Y + y) * image.Width) + window.X), 3 * window.Width)
                .CopyTo(pixels.AsSpan(3 * window.Width * y));
        }

        return new RgbImage(window.Width, window.Height, pixels);
    }

    /// <summary>Lays a picture on a larger ground.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Columns of the ground.</param>
    /// <param name="height">Rows of the ground.</param>
    /// <param name="x">The ground's column where the picture's left edge lies.</param>
    /// <param name="y">The ground's row where its top edge lies.</param>
    /// <param name="ground">The colour around it.</param>
    /// <returns>The ground with the picture on it; the picture itself where it covers all of it.</returns>
    /// <exception cref="ArgumentException">The picture does not lie inside the ground.</exception>
    public static RgbImage OnGround(this RgbImage image, int width, int height, int x, int y, Rgb ground)
    {
        ArgumentNullException.ThrowIfNull(image);
        new PixelWindow(x, y, image.Width, image.Height).CheckInside(width, height);
        if (image.Width == width && image.Height == height)
            return image;
        var pixels = RgbImage.Filled(width, height, ground).Pixels.ToArray();
        for (var row = 0; row < image.Height; row++)
            image.Pixels.Slice(3 * row * image.Width, 3 * image.Width).CopyTo(pixels.AsSpan(3 * (((y + row) * width) + x)));
        return new RgbImage(width, height, pixels);
    }

    /// <summary>Mirrors a picture left to right.</summary>
    /// <param name="image">The picture.</param>
    public static RgbImage FlipHorizontal(this RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var source = image.Pixels;
        var pixels = new byte[source.Length];
        for (var y = 0; y < image.Height; y++)
        {
            var row = 3 * y * image.Width;
            for (var x = 0; x < image.Width; x++)
                source.Slice(row + (3 * (image.Width - 1 - x)), 3).CopyTo(pixels.AsSpan(row + (3 * x)));
        }

        return new RgbImage(image.Width, image.Height, pixels);
    }

    /// <summary>Writes a picture as a PNG file; it appears under its name only when it is complete.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="file">The file; its folder is made when missing.</param>
    /// <param name="codec">What encodes it; null: the best there is.</param>
    public static void WritePng(this RgbImage image, string file, IImageCodec? codec = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        var content = (codec ?? ImageCodecs.Default).EncodePng(image);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllBytes(file + ".partial", content);
        File.Move(file + ".partial", file, overwrite: true);
    }
}
