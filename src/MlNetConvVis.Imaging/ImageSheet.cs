namespace MlNetConvVis.Imaging;

/// <summary>Lays pictures out on a grid.</summary>
public sealed record ImageSheet
{
    /// <summary>Gets the tiles a row.</summary>
    public required int Columns { get; init; }

    /// <summary>Gets the pixels between tiles.</summary>
    /// <value>The default is 2.</value>
    public int Gap { get; init; } = 2;

    /// <summary>Gets the pixels around all tiles.</summary>
    /// <value>The default is 0.</value>
    public int Margin { get; init; }

    /// <summary>Gets the colour between and around tiles.</summary>
    /// <value>The default is white.</value>
    public Rgb Background { get; init; } = Rgb.White;

    /// <summary>Draws the sheet. All cells are as large as the largest tile; smaller ones sit in the middle of theirs.</summary>
    /// <param name="tiles">Pictures row by row; null leaves a cell empty.</param>
    /// <exception cref="ArgumentException">There is no picture at all, or a negative size.</exception>
    public RgbImage Compose(IReadOnlyList<RgbImage?> tiles)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (Columns < 1 || Gap < 0 || Margin < 0)
            throw new ArgumentException($"A sheet has at least one column and no negative gap or margin, not {Columns}, {Gap}, {Margin}.");
        var (cellWidth, cellHeight) = (tiles.Max(t => t?.Width) ?? 0, tiles.Max(t => t?.Height) ?? 0);
        if (cellWidth == 0)
            throw new ArgumentException("A sheet needs at least one picture.", nameof(tiles));
        var (columns, rows) = (Math.Min(Columns, tiles.Count), (tiles.Count + Columns - 1) / Columns);
        var (width, height) = (Length(columns, cellWidth), Length(rows, cellHeight));
        var pixels = RgbImage.Filled(width, height, Background).Pixels.ToArray();
        for (var i = 0; i < tiles.Count; i++)
        {
            if (tiles[i] is not { } tile)
                continue;
            var left = Margin + (i % Columns * (cellWidth + Gap)) + ((cellWidth - tile.Width) / 2);
            var top = Margin + (i / Columns * (cellHeight + Gap)) + ((cellHeight - tile.Height) / 2);
            for (var y = 0; y < tile.Height; y++)
                tile.Pixels.Slice(3 * y * tile.Width, 3 * tile.Width).CopyTo(pixels.AsSpan(3 * (((top + y) * width) + left)));
        }

        return new RgbImage(width, height, pixels);
    }

    private int Length(int cells, int cell) => checked((2 * Margin) + (cells * cell) + ((cells - 1) * Gap));
}
