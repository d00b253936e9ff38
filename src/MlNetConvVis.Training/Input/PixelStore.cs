using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>Pictures of one size in memory, three bytes a pixel: decoded once, used in every epoch. A quarter of what floats would take.</summary>
public sealed class PixelStore
{
    private readonly RgbImage[] _frames;

    /// <summary>Takes pictures.</summary>
    /// <param name="frames">Pictures of equal size, at least one.</param>
    /// <exception cref="TrainingException">There are none, or their sizes differ.</exception>
    public PixelStore(IEnumerable<RgbImage> frames)
    {
        _frames = [.. frames];
        if (_frames.Length == 0) throw new TrainingException("No picture could be read; at least one is wanted.");
        var other = Array.FindIndex(_frames, f => f.Width != Width || f.Height != Height);
        if (other >= 0)
        {
            throw new TrainingException(
                $"Picture 0 is {Width}x{Height}, but picture {other} is {_frames[other].Width}x{_frames[other].Height}; one size is wanted.");
        }
    }

    /// <summary>Gets the number of pictures.</summary>
    public int Count => _frames.Length;

    /// <summary>Gets the columns of each.</summary>
    public int Width => _frames[0].Width;

    /// <summary>Gets the rows of each.</summary>
    public int Height => _frames[0].Height;

    /// <summary>Gets a picture.</summary>
    /// <param name="index">Its place.</param>
    public RgbImage this[int index] => _frames[index];
}
