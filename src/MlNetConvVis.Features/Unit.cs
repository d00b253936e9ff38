using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>One unit of a layer.</summary>
/// <param name="Channel">The feature map, or the neuron of a fully connected layer.</param>
/// <param name="Y">The row; 0 in fully connected layers.</param>
/// <param name="X">The column; 0 in fully connected layers.</param>
public readonly record struct Unit(int Channel, int Y, int X)
{
    /// <summary>Gets the unit's place in one item of a layer's flattened activations.</summary>
    /// <param name="layer">The layer's shape, [N, C, H, W] or [N, C].</param>
    /// <returns>C-major, then row, then column.</returns>
    /// <exception cref="GraphException">The layer has no such unit.</exception>
    public long IndexIn(TensorShape layer)
    {
        var (channels, height, width) = Sizes(layer);
        return Channel >= 0 && Channel < channels && Y >= 0 && Y < height && X >= 0 && X < width
            ? (((Channel * height) + Y) * width) + X
            : throw new GraphException(
                $"Unit (channel {Channel}, y {Y}, x {X}) is outside the layer: it has {channels} channels (0 to {channels - 1}) of {height}x{width} units.");
    }

    /// <summary>Gets the unit at a place of a layer's flattened activations.</summary>
    /// <param name="index">The place within one item.</param>
    /// <param name="layer">The layer's shape.</param>
    /// <returns>The unit.</returns>
    public static Unit At(long index, TensorShape layer)
    {
        var (_, height, width) = Sizes(layer);
        return new Unit((int)(index / (height * width)), (int)(index / width % height), (int)(index % width));
    }

    /// <summary>Finds the strongest unit of a layer, or of one of its channels; the first of equal ones.</summary>
    /// <param name="activations">One item's activations.</param>
    /// <param name="layer">The layer's shape.</param>
    /// <param name="channel">The channel to look in, or null for all.</param>
    /// <param name="within">The places to look at, such as <see cref="MapWindow.OfWholeFields"/>; null for all.</param>
    /// <returns>The unit.</returns>
    /// <exception cref="GraphException">The layer has no such channel, or an activation is not a number.</exception>
    public static Unit Strongest(ReadOnlySpan<float> activations, TensorShape layer, int? channel = null, MapWindow? within = null)
    {
        var (channels, height, width) = Sizes(layer);
        if (channel is { } c && (c < 0 || c >= channels))
            throw new GraphException($"Channel {c} is outside the layer: it has {channels} channels (0 to {channels - 1}).");
        var (first, end) = channel is { } wanted ? (wanted, wanted + 1) : (0, (int)channels);
        var places = within ?? new MapWindow(0, 0, (int)height, (int)width);
        var best = -1;
        for (var row = 0; row < (end - first) * places.Height; row++)
        {
            var (map, y) = (first + (row / places.Height), places.Y + (row % places.Height));
            var start = (int)((((map * height) + y) * width) + places.X);
            for (var i = start; i < start + places.Width; i++)
            {
                if (float.IsNaN(activations[i])) throw NoNumber();
                if (best < 0 || activations[i] > activations[best]) best = i;
            }
        }

        return At(best, layer);
    }

    /// <summary>Finds the strongest channel at one place of a layer; the first of equal ones.</summary>
    /// <param name="activations">One item's activations.</param>
    /// <param name="layer">The layer's shape.</param>
    /// <param name="y">The row.</param>
    /// <param name="x">The column.</param>
    /// <returns>The unit.</returns>
    /// <exception cref="GraphException">The layer has no such place, or an activation is not a number.</exception>
    public static Unit StrongestAt(ReadOnlySpan<float> activations, TensorShape layer, int y, int x)
    {
        var place = (int)new Unit(0, y, x).IndexIn(layer);
        var (channels, height, width) = Sizes(layer);
        var (best, step) = (place, (int)(height * width));
        for (var i = place; i < step * channels; i += step)
        {
            if (float.IsNaN(activations[i])) throw NoNumber();
            if (activations[i] > activations[best]) best = i;
        }

        return At(best, layer);
    }

    private static GraphException NoNumber() => new("The layer holds values that are not numbers (NaN); the model or its input is damaged.");

    private static (long Channels, long Height, long Width) Sizes(TensorShape layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.Rank switch
        {
            4 => (layer.Known(1), layer.Known(2), layer.Known(3)),
            2 => (layer.Known(1), 1, 1),
            _ => throw new GraphException($"A layer of shape {layer} has no units to choose from; [N, C, H, W] or [N, C] was wanted."),
        };
    }
}
