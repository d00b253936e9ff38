namespace MlNetConvVis.Graph.Shapes;

/// <summary>
/// What the units of a value see of one axis of the image: along one of the value's axes each unit its own span, or, where no axis of the value follows the
/// image's, all the same.
/// </summary>
/// <param name="Axis">The value's axis; -1 for none.</param>
/// <param name="Units">What each unit along that axis sees, within the image; one entry where there is none.</param>
/// <param name="Line">The spans as a straight line, not cut at the image's border.</param>
internal sealed record AxisView(int Axis, PixelSpan[] Units, FieldAxis Line)
{
    /// <summary>Longer axes than this are seen as a whole: no image has them.</summary>
    private const int MostUnits = 1 << 16;
    private const int Block = 256;

    private readonly Lazy<PixelSpan[]> _blocks = new(() => Blocks(Units));

    /// <summary>The image itself: each pixel sees itself.</summary>
    public static AxisView Image(int axis, long pixels) => pixels <= MostUnits
        ? new AxisView(axis, [.. Enumerable.Range(0, (int)pixels).Select(static p => new PixelSpan(p, p + 1))], new FieldAxis(1, 1, 0))
        : throw new GraphException($"The image has {pixels} pixels along an axis; at most {MostUnits} can be worked with.");

    /// <summary>Everything.</summary>
    public static AxisView Whole(long pixels) => new(-1, [new PixelSpan(0, (int)pixels)], new FieldAxis(pixels, 0, 0));

    /// <summary>Gets what all units together see.</summary>
    public PixelSpan All => Units.Aggregate(PixelSpan.None, static (a, b) => a.Joined(b));

    /// <summary>What a user sees: the line, and each unit's own span behind it.</summary>
    public FieldAxis ToField() => Line with { Units = Units };

    /// <summary>What the units of an output see through one of its inputs.</summary>
    /// <param name="maps">How the output's axes follow the input's; null when that is not known.</param>
    /// <param name="to">The output's shape.</param>
    /// <param name="pixels">The image's size.</param>
    public AxisView Through(UnitMap?[]? maps, TensorShape to, long pixels)
    {
        if (maps is null) return Whole(pixels);
        var axes = Axis < 0 ? [] : Enumerable.Range(0, maps.Length).Where(a => maps[a]?.Input == Axis).ToArray();
        if (axes is not [var axis] || !to[axis].IsKnown || to[axis].Size > MostUnits) return Constant(All, pixels);
        var map = maps[axis]!;
        var units = Enumerable.Range(0, (int)to[axis].Size).Select(u =>
            map.Exact is { } exact ? exact(u).Aggregate(PixelSpan.None, (span, at) => span.Joined(Units[at])) : SpanOf(map.Seen(u, Units.Length))).ToArray();
        return new AxisView(axis, units, Covering(LineThrough(map, units), units, pixels));
    }

    /// <summary>What the units see of both, where branches meet.</summary>
    public AxisView Joined(AxisView other, long pixels)
    {
        if (Axis >= 0 && other.Axis >= 0 && (Axis != other.Axis || Units.Length != other.Units.Length)) return Constant(All.Joined(other.All), pixels);
        if (Axis < 0 && other.Axis < 0) return Constant(All.Joined(other.All), pixels);
        var (along, rest) = Axis >= 0 ? (this, other) : (other, this);
        PixelSpan[] units = [.. along.Units.Select((span, u) => span.Joined(rest.Units[rest.Axis < 0 ? 0 : u]))];
        var best = new[] { Line.Stride, other.Line.Stride }.Distinct().Select(stride => Hull(Line, other.Line, stride, units.Length))
            .MinBy(static line => line.Size);
        return new AxisView(along.Axis, units, Covering(best, units, pixels));
    }

    private static AxisView Constant(PixelSpan span, long pixels) =>
        new(-1, [span], Covering(new FieldAxis(span.End - span.First, 0, span.First), [span], pixels));

    /// <summary>Joins the spans of some units; long runs block by block.</summary>
    private PixelSpan SpanOf((long First, long Last) seen)
    {
        var span = PixelSpan.None;
        for (var u = seen.First; u <= seen.Last;)
        {
            if (u % Block == 0 && u + Block - 1 <= seen.Last)
            {
                span = span.Joined(_blocks.Value[u / Block]);
                u += Block;
            }
            else
            {
                span = span.Joined(Units[u++]);
            }
        }

        return span;
    }

    private static PixelSpan[] Blocks(PixelSpan[] units) =>
        [.. units.Chunk(Block).Select(static part => part.Aggregate(PixelSpan.None, static (a, b) => a.Joined(b)))];

    private FieldAxis LineThrough(UnitMap map, PixelSpan[] units)
    {
        if (Line.Stride * map.Step % map.Divisor != 0 || Line.Stride % map.Divisor != 0)
            return new FieldAxis(units[0].End - units[0].First, Line.Stride * map.Step / map.Divisor, units[0].First);
        var fine = Line.Stride / map.Divisor;
        var (low, high) = fine < 0 ? (map.High, map.Low) : (map.Low, map.High);
        return new FieldAxis(Line.Size + (fine * (high - low)), fine * map.Step, Line.Start + (fine * low));
    }

    /// <summary>The shortest line of a stride that holds two others at every unit.</summary>
    private static FieldAxis Hull(FieldAxis a, FieldAxis b, long stride, int units)
    {
        long[] ends = [0, units - 1];      // between lines the extremes lie at the ends
        FieldAxis[] both = [a, b];
        var start = both.Min(line => ends.Min(u => line.Start + (u * (line.Stride - stride))));
        var end = both.Max(line => ends.Max(u => line.Start + line.Size + (u * (line.Stride - stride))));
        return new FieldAxis(end - start, stride, start);
    }

    /// <summary>Widens a line until no unit sees more than it says; where all see the same, that is cut at the image's border.</summary>
    private static FieldAxis Covering(FieldAxis line, PixelSpan[] units, long pixels)
    {
        var (start, end) = (line.Start, line.Start + line.Size);
        for (var u = 0; u < units.Length; u++)
        {
            if (units[u].IsEmpty) continue;
            start = Math.Min(start, units[u].First - (u * line.Stride));
            end = Math.Max(end, units[u].End - (u * line.Stride));
        }

        if (units.Length > 1 && units.All(span => span == units[0]) && !units[0].IsEmpty && units[0] is { First: 0 } whole && whole.End == pixels)
            return new FieldAxis(pixels, 0, 0);
        return line.Stride == 0 ? Cut(start, end, pixels) : new FieldAxis(end - start, line.Stride, start);
    }

    private static FieldAxis Cut(long start, long end, long pixels)
    {
        var first = Math.Clamp(start, 0, pixels);
        return new FieldAxis(Math.Clamp(end, first, pixels) - first, 0, first);
    }
}
