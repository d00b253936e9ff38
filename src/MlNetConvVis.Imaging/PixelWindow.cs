namespace MlNetConvVis.Imaging;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">Leftmost column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelWindow(int X, int Y, int Width, int Height)
{
    internal void CheckInside(int width, int height)
    {
        if (X < 0 || Y < 0 || Width < 1 || Height < 1 || X > width - Width || Y > height - Height)
        {
            throw new ArgumentException(
                $"The window of {Width}x{Height} at ({X}, {Y}) does not lie inside a picture of {width}x{height}.", "window");
        }
    }
}
