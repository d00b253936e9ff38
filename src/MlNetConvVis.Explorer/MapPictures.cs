using MlNetConvVis.Imaging;

namespace MlNetConvVis.Explorer;

/// <summary>Draws all maps of a layer as one picture, and pictures as the page takes them.</summary>
internal static class MapPictures
{
    private const int MostPixels = 64;

    /// <summary>Each map from black (zero and less) to white (its own largest); maps larger than 64 pixels are made smaller.</summary>
    public static MapsAnswer Of(LayerAnswer layer, ReadOnlySpan<float> values)
    {
        var (height, width, places) = (layer.Height, layer.Width, layer.Height * layer.Width);
        var by = Math.Min(1, (double)MostPixels / Math.Max(height, width));
        var (cellHeight, cellWidth) = (Math.Max(1, (int)(height * by)), Math.Max(1, (int)(width * by)));
        var columns = (int)Math.Ceiling(Math.Sqrt(layer.Maps));
        var rows = (layer.Maps + columns - 1) / columns;
        var pixels = new byte[3 * rows * cellHeight * columns * cellWidth];
        var strongest = new float[layer.Maps];
        for (var map = 0; map < layer.Maps; map++)
        {
            var own = values.Slice(map * places, places);
            foreach (var value in own) strongest[map] = MathF.Max(strongest[map], value);
            var picture = TensorPicture.Ramp(own, 1, height, width, 0, strongest[map] > 0 ? strongest[map] : 1);
            if (by < 1) picture = picture.Resize(cellWidth, cellHeight);
            var (row, column) = Math.DivRem(map, columns);
            for (var y = 0; y < cellHeight; y++)
            {
                picture.Pixels.Slice(3 * y * cellWidth, 3 * cellWidth)
                    .CopyTo(pixels.AsSpan(3 * ((((row * cellHeight) + y) * columns * cellWidth) + (column * cellWidth))));
            }
        }

        return new MapsAnswer(
            layer.Maps, columns, [cellHeight, cellWidth], strongest, new RgbImage(columns * cellWidth, rows * cellHeight, pixels).ToDataUri());
    }

    /// <summary>A PNG inside an address, so that an answer is one request.</summary>
    public static string ToDataUri(this RgbImage picture) => "data:image/png;base64," + Convert.ToBase64String(ImageCodecs.Default.EncodePng(picture));
}
