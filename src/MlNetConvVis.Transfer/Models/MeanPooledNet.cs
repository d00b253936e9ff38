using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Transfer;

/// <summary>Layers too large for a head, averaged over square cells of their maps. The averages are layers of the network like any other, so a merged model
/// holds them too.</summary>
public static class MeanPooledNet
{
    /// <summary>Appends an average to each layer that has too many values.</summary>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="mostFeatures">The most values of an image a layer may have; the smallest cells that suffice are taken, cells at the end being cut by the
    /// map's border.</param>
    /// <returns>The network, and for each layer the one to read in its place (itself where it is small enough).</returns>
    /// <exception cref="GraphException">A layer does not exist, or cannot be made small enough.</exception>
    public static (ConvNet Net, IReadOnlyList<PooledLayer> Layers) Of(ConvNet net, IReadOnlyList<string> layers, int mostFeatures)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        var build = new GraphBuilder(net.Graph);
        var (found, outputs) = (new List<PooledLayer>(), new List<ValueInfo>());
        foreach (var layer in layers)
        {
            var item = net.ShapeOf(layer).Dims.Skip(1).Select(static d => d.Size).ToArray();
            var count = item.Aggregate(1L, static (a, b) => checked(a * b));
            var pooled = count <= mostFeatures ? new PooledLayer(layer, layer, Shape(item), (int)count) : Pool(net, build, layer, item, mostFeatures);
            outputs.Add(new ValueInfo(pooled.Read, ElementType.Float, null));
            found.Add(pooled);
        }

        return found.TrueForAll(static f => f.Read == f.Layer) ? (net, found) : (new ConvNet(build.ToGraph(outputs), net.Preprocessing, net.Classes), found);
    }

    private static PooledLayer Pool(ConvNet net, GraphBuilder build, string layer, long[] item, int mostFeatures)
    {
        if (item.Length != 3 || item[0] > mostFeatures)
        {
            throw new GraphException(
                $"Layer '{layer}' ({Shape(item)}) has more than {mostFeatures} features, and averaging its maps does not help. Allow more, or choose another layer.");
        }

        _ = net.FieldOf(layer);      // refuses maps that do not lie as channels, rows, columns
        var (rows, columns, cell) = (item[1], item[2], 2L);
        while (item[0] * Cells(rows, cell) * Cells(columns, cell) > mostFeatures) cell++;
        var (height, width) = (Cells(rows, cell), Cells(columns, cell));
        var attributes = OnnxAttributes.Of(
            ("kernel_shape", new[] { cell, cell }), ("strides", new[] { cell, cell }),
            ("pads", new[] { 0, 0, (height * cell) - rows, (width * cell) - columns }), ("count_include_pad", 0L));
        var pooled = build.Node("AveragePool", [new Value(layer)], attributes, $"{layer}/mean{cell}");
        return new PooledLayer(layer, pooled.Name, $"{Shape(item)}, means of {cell}x{cell}", checked((int)(item[0] * height * width)));
    }

    private static long Cells(long size, long cell) => (size + cell - 1) / cell;

    private static string Shape(long[] item) => string.Join('x', item);
}

/// <summary>A layer, and what is read in its place.</summary>
/// <param name="Layer">The layer asked for.</param>
/// <param name="Read">The layer to read: the same, or the average of its cells.</param>
/// <param name="Shape">In words: the layer's shape for one image, and the cells.</param>
/// <param name="Features">Values an image.</param>
public sealed record PooledLayer(string Layer, string Read, string Shape, int Features);
