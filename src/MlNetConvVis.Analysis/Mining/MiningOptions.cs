namespace MlNetConvVis.Analysis;

/// <summary>What a pass over a collection looks for.</summary>
public sealed record MiningOptions
{
    /// <summary>Gets how many activations are kept of each map.</summary>
    /// <value>The default is 9, as in figure 2 of Zeiler and Fergus (2013).</value>
    public int Top { get; init; } = 9;

    /// <summary>Gets whether one photo may hold several places of a map's list; otherwise only its strongest one counts.</summary>
    public bool Several { get; init; }

    /// <summary>Gets whether only units count whose receptive field lies wholly inside the image.</summary>
    public bool WholeFields { get; init; }

    /// <summary>Gets whether the strongest are kept of each class of the collection by itself.</summary>
    public bool ByClass { get; init; }

    /// <summary>Gets the photos of one run of the network.</summary>
    /// <value>The default is 32.</value>
    public int Batch { get; init; } = 32;

    /// <summary>Gets after how many photos the pass is kept on disk; a pass that was cut off loses at most so many.</summary>
    /// <value>The default is 1,024.</value>
    public int KeptEvery { get; init; } = 1024;
}
