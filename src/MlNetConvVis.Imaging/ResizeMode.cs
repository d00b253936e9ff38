namespace MlNetConvVis.Imaging;

/// <summary>How a picture is brought near the network's size, before the centre is cut out.</summary>
public enum ResizeMode
{
    /// <summary>Not resized; only the centre is cut out.</summary>
    None,

    /// <summary>Both sides are set, whatever the proportions were.</summary>
    Warp,

    /// <summary>The shorter side is set, the proportions stay.</summary>
    Shortest,
}
