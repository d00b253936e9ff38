using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetConvVis.Data;

/// <summary>Which images are for training and which for testing, by their places in an <see cref="ImageSet"/>.</summary>
/// <remarks>Decided by a seed and <see cref="SplitMix64"/> alone: the same seed gives the same split on every machine.</remarks>
public sealed record DataSplit
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Gets the seed it came from.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Gets how many images there were.</summary>
    public required int Count { get; init; }

    /// <summary>Gets the places of the images to train on, ascending.</summary>
    public required int[] Train { get; init; }

    /// <summary>Gets the places of the images to test on, ascending.</summary>
    public required int[] Test { get; init; }

    /// <summary>Sets a part of every class aside for testing.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="testFraction">The part of each class to test on, above 0 and below 1; rounded to whole images, at least one a
    /// class.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="groups">For each image what it shows; images of equal groups stay on one side, and the part is then met as nearly as
    /// whole groups allow. Null: every image by itself.</param>
    /// <exception cref="ArgumentException">A class has a single image or group, or a group lies in two classes.</exception>
    public static DataSplit Stratified(IReadOnlyList<int> labels, double testFraction, ulong seed, IReadOnlyList<string>? groups = null)
    {
        if (!(testFraction > 0 && testFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), testFraction, "The part to test on lies above 0 and below 1.");
        var (random, test) = (new SplitMix64(seed), new List<int>());
        foreach (var (label, units) in ShuffledUnits(labels, groups, random))
        {
            if (units.Length < 2)
            {
                throw new ArgumentException(
                    $"Class {label} has a single {(groups is null ? "image" : "group")}: it cannot be on both sides. " +
                    "Add images or leave the class out.", nameof(labels));
            }

            var wanted = Math.Max(1, (int)Math.Round(testFraction * units.Sum(u => u.Length), MidpointRounding.AwayFromZero));
            var taken = 0;
            foreach (var unit in units.AsSpan(0, units.Length - 1))      // the last unit stays for training
            {
                if (taken >= wanted)
                    break;
                test.AddRange(unit);
                taken += unit.Length;
            }
        }

        return From(labels.Count, test, seed);
    }

    /// <summary>Cuts the images into folds, each the test side of one split, classes spread evenly.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="folds">How many, 2 or more.</param>
    /// <param name="seed">Decides which image is in which fold.</param>
    /// <param name="groups">For each image what it shows; images of equal groups are in one fold. Null: every image by itself.</param>
    /// <exception cref="ArgumentException">A class has fewer images or groups than there are folds, or a group lies in two
    /// classes.</exception>
    public static DataSplit[] Folds(IReadOnlyList<int> labels, int folds, ulong seed, IReadOnlyList<string>? groups = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var random = new SplitMix64(seed);
        var tests = Enumerable.Range(0, folds).Select(_ => new List<int>()).ToArray();
        var first = 0;
        foreach (var (label, units) in ShuffledUnits(labels, groups, random))
        {
            if (units.Length < folds)
            {
                throw new ArgumentException(
                    $"Class {label} has {units.Length} {(groups is null ? "images" : "groups")}, too few for {folds} folds. " +
                    "Use fewer folds or leave the class out.", nameof(labels));
            }

            for (var i = 0; i < units.Length; i++)
                tests[(first + i) % folds].AddRange(units[i]);
            first = (first + units.Length) % folds;      // so that leftovers do not all go to the first folds
        }

        return [.. tests.Select(test => From(labels.Count, test, seed))];
    }

    /// <summary>Writes the split as JSON.</summary>
    /// <param name="file">The file.</param>
    public void Save(string file)
    {
        File.WriteAllBytes(file + ".partial", JsonSerializer.SerializeToUtf8Bytes(this, s_json));
        File.Move(file + ".partial", file, overwrite: true);
    }

    /// <summary>Reads a split.</summary>
    /// <param name="file">What <see cref="Save"/> wrote.</param>
    /// <param name="count">How many images there are now.</param>
    /// <exception cref="DataException">No such file, malformed, or made for another number of images.</exception>
    public static DataSplit Load(string file, int count)
    {
        try
        {
            var split = JsonSerializer.Deserialize<DataSplit>(File.ReadAllBytes(file), s_json) ?? throw new JsonException("it is null");
            if (split.Count != count)
                throw new DataException($"Split '{file}' was made for {split.Count} images, there are {count}. Make it again.");
            var all = split.Train.Concat(split.Test).ToArray();
            if (all.Any(i => i < 0 || i >= count) || all.Distinct().Count() != all.Length)
                throw new JsonException("an image is named twice or does not exist");
            return split;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new DataException($"Split '{file}' cannot be read: {e.Message}. Make it again.", e);
        }
    }

    private static DataSplit From(int count, IEnumerable<int> test, ulong seed)
    {
        var tested = test.ToHashSet();
        return new DataSplit
        {
            Seed = seed, Count = count, Train = [.. Enumerable.Range(0, count).Where(i => !tested.Contains(i))], Test = [.. tested.Order()],
        };
    }

    // Per class, ascending: its units (groups, or single images) in random order.
    private static IEnumerable<(int Label, int[][] Units)> ShuffledUnits(
        IReadOnlyList<int> labels, IReadOnlyList<string>? groups, SplitMix64 random)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (groups is not null && groups.Count != labels.Count)
            throw new ArgumentException($"{groups.Count} groups were given for {labels.Count} images.", nameof(groups));
        var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; groups is not null && i < labels.Count; i++)
        {
            if (classOf.TryAdd(groups[i], labels[i]) || classOf[groups[i]] == labels[i])
                continue;
            throw new ArgumentException(
                $"Group '{groups[i]}' has images of the classes {classOf[groups[i]]} and {labels[i]}; " +
                "a group belongs to one class.", nameof(groups));
        }

        foreach (var images in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(g => g.Key))
        {
            var units = groups is null
                ? [.. images.Select(i => new[] { i })]
                : images.GroupBy(i => groups[i], StringComparer.Ordinal).Select(g => g.ToArray()).ToArray();
            random.Shuffle<int[]>(units);
            yield return (images.Key, units);
        }
    }
}
