namespace MlNetConvVis.Transfer;

/// <summary>What a row of a <see cref="FeatureMatrix"/> may be used for.</summary>
public enum RowUse
{
    /// <summary>The row may be trained on or tested on (never both in one fold).</summary>
    Any,

    /// <summary>The row is never tested on.</summary>
    TrainOnly,

    /// <summary>The row is never trained on, for instance because its artist is held out.</summary>
    TestOnly,
}
