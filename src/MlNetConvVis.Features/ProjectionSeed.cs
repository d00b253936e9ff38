using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Features;

/// <summary>What a projection starts from: which units of a layer keep their activations while all others are set to zero.</summary>
public abstract record ProjectionSeed
{
    /// <summary>Gets one unit an image, named by the input <see cref="ProjectionGraph.UnitName"/>: its place in the flattened layer, int64 [N].</summary>
    public static ProjectionSeed Unit { get; } = new FlatPlace();

    /// <summary>
    /// Gets one unit an image, named by the input <see cref="ProjectionGraph.UnitName"/> as channel, row and column, int64 [N, 3]. A -1 leaves a
    /// number open: of the units that fit, the strongest is taken, the first of equal ones. So -1, -1, -1 is the strongest of the layer. Any other
    /// number outside the layer makes the runtime refuse the call.
    /// </summary>
    public static ProjectionSeed Place { get; } = new ChosenPlace();

    /// <summary>Gets all units of one channel an image at once, named by the input <see cref="ProjectionGraph.ChannelName"/>, int64 [N].</summary>
    public static ProjectionSeed Channel { get; } = new WholeChannel();

    /// <summary>Gets the strongest unit of each image, found by the graph itself; no input.</summary>
    /// <param name="channel">The channel to look in; null for all.</param>
    /// <returns>The seed.</returns>
    public static ProjectionSeed Strongest(int? channel = null) => new StrongestPlace(channel);

    /// <summary>Adds what the reverse pass starts from.</summary>
    internal abstract SeedValues Append(SeedSite site);

    private sealed record FlatPlace : ProjectionSeed
    {
        internal override SeedValues Append(SeedSite site) =>
            site.At(site.Build.Input(ProjectionGraph.UnitName, ElementType.Int64, new TensorShape(site.Shape[0])));
    }

    private sealed record ChosenPlace : ProjectionSeed
    {
        internal override SeedValues Append(SeedSite site)
        {
            var unit = site.Build.Input(ProjectionGraph.UnitName, ElementType.Int64, new TensorShape(site.Shape[0], 3));
            long[] sizes = [site.Channels, site.Height, site.Width];
            var fitting = sizes.Select((size, k) => Fits(site.Build, Checked(site.Build, unit, k, size), k, size)).ToArray();
            var both = site.Build.Node("And", [site.Build.Node("And", [fitting[0], fitting[1]]), fitting[2]]);
            var candidates = site.Build.Reshape(both, -1, site.Count);
            var strengths = site.Build.Node("Where", [candidates, site.Flat, site.Build.Scalar(float.MinValue)]);
            return site.At(site.StrongestOf(strengths));
        }

        /// <summary>One of the three numbers, [N]: looked up where it was given, so that the runtime refuses what lies outside, below -1 too.</summary>
        private static Value Checked(GraphBuilder build, Value unit, int which, long size)
        {
            var number = build.Node("Gather", [unit, build.Shared(OnnxTensor.Of([(long)which]))], OnnxAttributes.Of(("axis", 1L)));
            var (open, outside) = (build.Shared(OnnxTensor.Of([-1L])), build.Shared(OnnxTensor.Of([size])));
            var isOpen = build.Node("Equal", [number, open]);
            var place = build.Node("Where", [build.Node("Less", [number, open]), outside, number]);
            var safe = build.Node("Where", [isOpen, build.Shared(OnnxTensor.Of([0L])), place]);
            var found = build.Node("Gather", [build.Longs([.. Counting(size)]), safe], OnnxAttributes.Of(("axis", 0L)));
            return build.Node("Where", [isOpen, open, found]);
        }

        /// <summary>Whether each index along one axis is the one that was named, or none was: [N, C, 1, 1], [N, 1, H, 1] or [N, 1, 1, W].</summary>
        private static Value Fits(GraphBuilder build, Value number, int which, long size)
        {
            long[] shape = [1, 1, 1];
            shape[which] = size;
            var one = build.Reshape(number, -1, 1, 1, 1);
            var same = build.Node("Equal", [one, build.Shared(OnnxTensor.Of(Counting(size).ToArray(), [1, .. shape]))]);
            return build.Node("Or", [same, build.Node("Less", [one, build.Shared(OnnxTensor.Of([0L]))])]);
        }

        private static IEnumerable<long> Counting(long size) => Enumerable.Range(0, checked((int)size)).Select(static i => (long)i);
    }

    private sealed record StrongestPlace(int? Only) : ProjectionSeed
    {
        internal override SeedValues Append(SeedSite site)
        {
            if (Only is not { } channel) return site.At(site.StrongestOf(site.Flat));
            if (channel < 0 || channel >= site.Channels)
                throw new GraphException($"Channel {channel} is outside the layer: it has {site.Channels} channels (0 to {site.Channels - 1}).");
            var (places, first) = (site.Height * site.Width, channel * site.Height * site.Width);
            var within = site.StrongestOf(site.Build.Slice(site.Flat, [1], [first], [first + places]));
            return site.At(site.Build.Add(within, site.Build.Shared(OnnxTensor.Of([first]))));
        }
    }

    private sealed record WholeChannel : ProjectionSeed
    {
        internal override SeedValues Append(SeedSite site)
        {
            var build = site.Build;
            var channel = build.Input(ProjectionGraph.ChannelName, ElementType.Int64, new TensorShape(site.Shape[0]));
            var mask = site.OneHot(channel, site.Channels);
            var maps = build.Reshape(site.Layer, -1, site.Channels, site.Height * site.Width);
            var broad = build.Reshape(mask, -1, site.Channels, 1);
            var alone = build.Mul(maps, broad);
            var seed = site.Start == StartValue.Activation ? alone : build.Mul(build.FullLike(maps, 1), broad);
            var strongest = build.Node("ReduceMax", [maps, build.Longs(2)], OnnxAttributes.Of(("keepdims", 0L)));
            return new SeedValues(build.Reshape(seed, site.Shape.ForReshape()), build.ReduceSum(build.Mul(strongest, mask), [1], keep: false), null);
        }
    }
}

/// <summary>What a seed adds to the graph.</summary>
/// <param name="Signal">What the reverse pass starts from, of the layer's shape.</param>
/// <param name="Activation">The unit's activation, or the strongest of the channel, [N].</param>
/// <param name="Place">The unit's place in the flattened layer, int64 [N]; null for a whole channel.</param>
internal sealed record SeedValues(Value Signal, Value Activation, Value? Place);

/// <summary>The layer that a seed is placed in.</summary>
internal sealed record SeedSite(GraphBuilder Build, Value Layer, TensorShape Shape, StartValue Start)
{
    private Value? _flat;

    public long Count { get; } = Shape.ItemCount();

    public long Channels { get; } = Shape.Known(1);

    public long Height { get; } = Shape.Rank == 4 ? Shape.Known(2) : 1;

    public long Width => Count / Channels / Height;

    /// <summary>Gets the layer as [N, units].</summary>
    public Value Flat => _flat ??= Build.Reshape(Layer, -1, Count);

    /// <summary>All activations of the layer but one set to zero (Zeiler and Fergus 2013, section 2.1), or one in its place.</summary>
    public SeedValues At(Value place)
    {
        var mask = OneHot(place, Count);
        var alone = Build.Mul(Flat, mask);
        return new SeedValues(
            Build.Reshape(Start == StartValue.Activation ? alone : mask, Shape.ForReshape()), Build.ReduceSum(alone, [1], keep: false), place);
    }

    public Value StrongestOf(Value flat) => Build.Node("ArgMax", [flat], OnnxAttributes.Of(("axis", 1L), ("keepdims", 0L)));

    public Value OneHot(Value index, long size) =>
        Build.Node("OneHot", [index, Build.Longs(size), Build.Shared(OnnxTensor.Of([0f, 1f], 2))], OnnxAttributes.Of(("axis", -1L)));
}
