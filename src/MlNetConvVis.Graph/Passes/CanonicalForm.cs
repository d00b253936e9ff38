namespace MlNetConvVis.Graph.Passes;

/// <summary>The form that everything here computes with: the written operator set, float32, constants worked out and kept as initializers, no automatic padding
/// and no ceil_mode, nothing unused.</summary>
public static class CanonicalForm
{
    /// <summary>Brings a graph to that form.</summary>
    /// <param name="graph">A graph of any operator set that is read.</param>
    /// <returns>A new graph that computes the same; its metadata is kept.</returns>
    /// <exception cref="GraphException">The operator set is too old or too new, or an operator cannot be expressed in the written one.</exception>
    public static OnnxGraph Of(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var written = OpsetUpgrade.Apply(ConstantNodes.ToInitializers(SinglePrecision.Apply(DecidedBranches.Apply(graph))));
        return NormalizationChains.ToLrn(CeilModePads.Apply(AutoPads.Apply(WeightTypes.Checked(written)))).WithoutUnused();
    }
}
