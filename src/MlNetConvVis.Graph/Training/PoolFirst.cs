namespace MlNetConvVis.Graph.Training;

/// <summary>
/// Takes a max-pooling before the rectifier in front of it. The largest of rectified values is the largest value rectified, and where it is not above zero
/// neither order lets a gradient through, so outputs and gradients stay as they were; but rectifying, forward and back, then touches only what the pooling
/// leaves.
/// </summary>
internal static class PoolFirst
{
    /// <summary>Swaps every Relu with the MaxPool that alone reads it.</summary>
    /// <param name="network">A network in canonical form.</param>
    /// <returns>The network; what the pooling makes keeps its name, what the rectifier made is gone.</returns>
    public static OnnxGraph Of(OnnxGraph network)
    {
        var outputs = network.Outputs.Select(static o => o.Name).ToHashSet(StringComparer.Ordinal);
        var rectified = network.Nodes.Where(n => n.OpType == "Relu" && !outputs.Contains(n.Outputs[0]) && OnlyPool(network, n) is not null)
            .ToDictionary(static n => n.Outputs[0], StringComparer.Ordinal);
        return rectified.Count == 0 ? network : network.With(nodes: network.Nodes.Where(n => !rectified.ContainsKey(n.Outputs[0])).SelectMany(
            n => rectified.TryGetValue(n.Input(0) ?? "", out var relu) ? Swapped(relu, n) : [n]));
    }

    /// <summary>The pooling that alone reads a rectifier, and of which nobody asks where its maxima lie.</summary>
    private static OnnxNode? OnlyPool(OnnxGraph network, OnnxNode relu) =>
        network.UsersOf(relu.Outputs[0]) is [{ OpType: "MaxPool", Outputs.Count: 1 } pool] ? pool : null;

    private static OnnxNode[] Swapped(OnnxNode relu, OnnxNode pool)
    {
        var pooled = $"{pool.Outputs[0]}/unrectified";
        return
        [
            pool with { Inputs = [relu.Inputs[0]], Outputs = [pooled] },
            relu with { Inputs = [pooled], Outputs = [pool.Outputs[0]] },
        ];
    }
}
