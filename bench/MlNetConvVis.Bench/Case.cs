namespace MlNetConvVis.Bench;

/// <summary>What is timed, in the words that peers.py reads.</summary>
internal sealed record Case
{
    /// <summary>Gets the row's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the kind: features, switches, projection, reverse, figure, occlusion, training, loop, images or head.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the network, a file in models/; empty for images.</summary>
    public string Network { get; init; } = "";

    /// <summary>Gets the layer up to which is computed, or from which is projected.</summary>
    public string Layer { get; init; } = "";

    /// <summary>Gets the images of one run.</summary>
    public int Batch { get; init; }

    /// <summary>Gets the number of classes.</summary>
    public int Classes { get; init; }

    /// <summary>Gets the learning rate of training steps.</summary>
    public float Rate { get; init; }

    /// <summary>Gets the unit of each image, its place in the layer's flattened activations.</summary>
    public IReadOnlyList<long> Units { get; init; } = [];

    /// <summary>Gets the layers of a figure.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Gets how many maps of each layer a figure shows: the first ones.</summary>
    public int Maps { get; init; }

    /// <summary>Gets how many activations of each map a figure shows.</summary>
    public int Top { get; init; }

    /// <summary>Gets how many photos a figure looks for them in.</summary>
    public int Photos { get; init; }

    /// <summary>Gets the side of an occluder in pixels.</summary>
    public int Size { get; init; }

    /// <summary>Gets the pixels from one place of an occluder to the next.</summary>
    public int Stride { get; init; }

    /// <summary>Gets whether one run takes so long that few must do.</summary>
    public bool Long { get; init; }

    /// <summary>Gets whether both sides give the same numbers, which is then checked.</summary>
    public bool SameResult { get; init; } = true;

    /// <summary>Gets how far the two sides' results may lie apart, as a share: codecs and rounding differ, networks do not.</summary>
    public double Tolerance { get; init; } = 0.01;

    /// <summary>Gets the head that is fitted: Softmax or Svm.</summary>
    public string Head { get; init; } = "";

    /// <summary>Gets the penalty of a head: mean loss + L2 / 2 * |W|^2.</summary>
    public double L2 { get; init; }

    /// <summary>Gets the folder of photos.</summary>
    public string Folder { get; init; } = "";
}
