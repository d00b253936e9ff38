namespace MlNetConvVis.Data.Emoji;

/// <summary>What the emoji data set is to be.</summary>
public sealed record EmojiDatasetOptions
{
    /// <summary>Gets the folder that the data set is made in.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Gets the folder that npm installs the drawings in; shared by all data sets made from them.</summary>
    public required string PackagesDirectory { get; init; }

    /// <summary>Gets the pixels of each side of a picture.</summary>
    /// <value>The default is 64.</value>
    public int Side { get; init; } = 64;

    /// <summary>Gets how many artists must have drawn a symbol for it to be taken.</summary>
    /// <value>The default is 5 (of 7): about 1,200 symbols, nine in ten of them drawn by six or seven.</value>
    public int MinimumArtists { get; init; } = 5;

    /// <summary>Gets how many symbols a Unicode subgroup must keep to become a class.</summary>
    /// <value>The default is 8: 57 classes.</value>
    public int MinimumSymbols { get; init; } = 8;

    /// <summary>Gets how many classes are set apart for transfer.</summary>
    /// <value>The default is 20, which leaves 37 to train on.</value>
    public int TargetClasses { get; init; } = 20;

    /// <summary>Gets the artist whose drawings are for testing only.</summary>
    /// <value>The default is <c>twemoji</c>.</value>
    public string HeldOutArtist { get; init; } = "twemoji";

    /// <summary>Gets the seed that decides which classes are set apart.</summary>
    /// <value>The default is 2013, the year of the paper.</value>
    public ulong Seed { get; init; } = 2013;

    /// <summary>Gets how many drawings are rasterised side by side.</summary>
    /// <value>The default is the number of processors.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal EmojiDatasetOptions Checked()
    {
        Within(Side, 8, 1024, nameof(Side));
        Within(MinimumArtists, 1, EmojiPackages.Artists.Count, nameof(MinimumArtists));
        Within(MinimumSymbols, 1, 1000, nameof(MinimumSymbols));
        Within(TargetClasses, 0, 1000, nameof(TargetClasses));
        Within(Threads, 1, 1024, nameof(Threads));
        return EmojiPackages.Artists.Contains(HeldOutArtist)
            ? this
            : throw new DataException(
                $"Emoji data set: there is no artist '{HeldOutArtist}'. Choose one of {string.Join(", ", EmojiPackages.Artists)}.");
    }

    private static void Within(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new DataException($"Emoji data set: {name} is {value}, {least} to {most} is wanted.");
    }
}
