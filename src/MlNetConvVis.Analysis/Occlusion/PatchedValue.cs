namespace MlNetConvVis.Analysis;

/// <summary>A value of an image without an occluder, [C, H, W].</summary>
internal sealed record CleanValue(float[] Values, int Channels, int Height, int Width);

/// <summary>What some occluders change of one value: a window of one size for each. Not for several threads at a time.</summary>
internal sealed class PatchedValue(CleanValue clean, int capacity)
{
    private readonly int[] _tops = new int[capacity];
    private readonly int[] _lefts = new int[capacity];
    private float[] _values = [];

    /// <summary>Gets the rows of a window.</summary>
    public int Rows { get; private set; }

    /// <summary>Gets the columns of a window.</summary>
    public int Columns { get; private set; }

    /// <summary>Gets the windows' values, [items, C, rows, columns]; the array may be longer.</summary>
    public float[] Values => _values;

    public CleanValue Clean => clean;

    public int Top(int item) => _tops[item];

    public int Left(int item) => _lefts[item];

    /// <summary>Makes room for windows that hold some spans, all as large as the largest, moved inwards at borders.</summary>
    public void Place(ReadOnlySpan<(UnitSpan Rows, UnitSpan Columns)> changed)
    {
        (Rows, Columns) = (1, 1);
        foreach (var (rows, columns) in changed) (Rows, Columns) = (Math.Max(Rows, rows.Count), Math.Max(Columns, columns.Count));
        for (var i = 0; i < changed.Length; i++)
            (_tops[i], _lefts[i]) = (Math.Min(changed[i].Rows.First, clean.Height - Rows), Math.Min(changed[i].Columns.First, clean.Width - Columns));
        var length = changed.Length * clean.Channels * Rows * Columns;
        if (_values.Length < length) _values = new float[length];
    }

    /// <summary>Makes one window of the whole value.</summary>
    public void PlaceWhole() => Place([(new UnitSpan(0, clean.Height), new UnitSpan(0, clean.Width))]);

    /// <summary>Copies a part of one item out, as the occluder leaves it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="window">Rows and columns; they may lie outside.</param>
    /// <param name="outside">What lies outside holds.</param>
    /// <param name="target">Receives [C, rows, columns].</param>
    /// <param name="isClean">Whether the occluder is to be passed over.</param>
    public void Read(int item, Rectangle window, float outside, Span<float> target, bool isClean = false)
    {
        var (from, to) = (Math.Max(0, window.Left), Math.Min(clean.Width, window.Left + window.Columns));
        var (patchFrom, patchTo) = (Math.Max(from, _lefts[item]), Math.Min(to, _lefts[item] + Columns));
        var isInside = from == window.Left && to == window.Left + window.Columns;
        for (var c = 0; c < clean.Channels; c++)
        {
            for (var r = 0; r < window.Rows; r++)
            {
                var y = window.Top + r;
                var row = target.Slice(((c * window.Rows) + r) * window.Columns, window.Columns);
                if (!isInside || (uint)y >= (uint)clean.Height) row.Fill(outside);
                if ((uint)y >= (uint)clean.Height || from >= to) continue;
                clean.Values.AsSpan((((c * clean.Height) + y) * clean.Width) + from, to - from).CopyTo(row[(from - window.Left)..]);
                var inPatch = y - _tops[item];
                if (isClean || (uint)inPatch >= (uint)Rows || patchFrom >= patchTo) continue;
                _values.AsSpan((((((item * clean.Channels) + c) * Rows) + inPatch) * Columns) + patchFrom - _lefts[item], patchTo - patchFrom)
                    .CopyTo(row[(patchFrom - window.Left)..]);
            }
        }
    }

    /// <summary>Copies one whole item out.</summary>
    public void ReadAll(int item, Span<float> target) => Read(item, new Rectangle(0, 0, clean.Height, clean.Width), 0, target);

    /// <summary>Copies one whole channel of an item out.</summary>
    public void ReadChannel(int item, int channel, Span<float> target)
    {
        clean.Values.AsSpan(channel * clean.Height * clean.Width, clean.Height * clean.Width).CopyTo(target);
        for (var r = 0; r < Rows; r++)
        {
            _values.AsSpan(((((item * clean.Channels) + channel) * Rows) + r) * Columns, Columns)
                .CopyTo(target[(((_tops[item] + r) * clean.Width) + _lefts[item])..]);
        }
    }
}

/// <summary>Some rows and columns.</summary>
internal readonly record struct Rectangle(int Top, int Left, int Rows, int Columns);
