using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Data;

public sealed class DataSplitTests
{
    // 30, 12 and 5 images of the classes 0, 1, 2; groups of three.
    private static readonly int[] s_labels = [.. Enumerable.Repeat(0, 30), .. Enumerable.Repeat(1, 12), .. Enumerable.Repeat(2, 6)];
    private static readonly string[] s_groups = [.. s_labels.Select((label, i) => $"{label}:{i / 3}")];

    [Fact]
    public void Random_numbers_are_those_of_the_published_generator()
    {
        var random = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Numbers_below_a_bound_reach_all_of_them_and_never_it()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (var i = 0; i < 7000; i++)
            counts[random.Below(7)]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(0, random.Below(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Below(0));
    }

    [Fact]
    public void A_split_is_the_same_on_every_machine()
    {
        var split = DataSplit.Stratified([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0.4, seed: 7);
        Assert.Equal(DataSplit.Stratified([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0.4, seed: 7).Test, split.Test);
        Assert.Equal([1, 4, 5, 7], split.Test);      // by a second implementation of generator and shuffle, in Python
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_class_gives_its_part_and_no_group_is_on_both_sides(bool grouped)
    {
        var split = DataSplit.Stratified(s_labels, 1 / 3.0, seed: 3, grouped ? s_groups : null);
        Assert.Equal(Enumerable.Range(0, s_labels.Length), split.Train.Concat(split.Test).Order());
        int[] expected = grouped ? [12, 6, 3] : [10, 4, 2];      // grouped: whole groups of three, rounded up
        Assert.Equal(expected, Enumerable.Range(0, 3).Select(label => split.Test.Count(i => s_labels[i] == label)));
        if (grouped)
            Assert.Empty(split.Test.Select(i => s_groups[i]).Intersect(split.Train.Select(i => s_groups[i])));
        Assert.NotEqual(split.Test, DataSplit.Stratified(s_labels, 1 / 3.0, seed: 4, grouped ? s_groups : null).Test);
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 2)]
    public void Folds_test_every_image_once_and_keep_groups_together(bool grouped, int count)
    {
        var folds = DataSplit.Folds(s_labels, count, seed: 5, grouped ? s_groups : null);
        Assert.Equal(count, folds.Length);
        Assert.Equal(Enumerable.Range(0, s_labels.Length), folds.SelectMany(f => f.Test).Order());
        foreach (var fold in folds)
        {
            Assert.Equal(Enumerable.Range(0, s_labels.Length), fold.Train.Concat(fold.Test).Order());
            Assert.InRange(fold.Test.Length, s_labels.Length / count, (s_labels.Length / count) + 3);
            Assert.Equal([0, 1, 2], fold.Test.Select(i => s_labels[i]).Distinct().Order());
            if (grouped)
                Assert.Empty(fold.Test.Select(i => s_groups[i]).Intersect(fold.Train.Select(i => s_groups[i])));
        }
    }

    [Fact]
    public void What_cannot_be_split_is_refused()
    {
        Assert.Contains("Class 1 has a single image", Error(() => DataSplit.Stratified([0, 0, 1], 0.5, 1)), StringComparison.Ordinal);
        Assert.Contains("Class 0 has a single group", Error(() => DataSplit.Stratified([0, 0], 0.5, 1, ["a", "a"])), StringComparison.Ordinal);
        Assert.Contains("Group 'a'", Error(() => DataSplit.Stratified([0, 1, 0, 1], 0.5, 1, ["a", "a", "b", "c"])), StringComparison.Ordinal);
        Assert.Contains("3 groups were given for 4", Error(() => DataSplit.Stratified([0, 1, 0, 1], 0.5, 1, ["a", "a", "b"])), StringComparison.Ordinal);
        Assert.Contains("Class 0 has 3 images", Error(() => DataSplit.Folds([0, 0, 0], 4, 1)), StringComparison.Ordinal);
        Assert.Contains("above 0", Error(() => DataSplit.Stratified([0, 0], 1, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_split_loads_only_for_the_images_it_was_made_for()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "split.json");
        var split = DataSplit.Stratified(s_labels, 0.25, seed: ulong.MaxValue);
        split.Save(file);

        var loaded = DataSplit.Load(file, s_labels.Length);
        Assert.Equal((split.Seed, split.Count), (loaded.Seed, loaded.Count));
        Assert.Equal(split.Train, loaded.Train);
        Assert.Equal(split.Test, loaded.Test);
        Assert.Contains("made for 48", Assert.Throws<DataException>(() => DataSplit.Load(file, 47)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => DataSplit.Load(folder.Write("bad.json", "{"), 48));
        Assert.Throws<DataException>(() => DataSplit.Load(Path.Combine(folder.Path, "none.json"), 48));
        var twice = folder.Write("twice.json", """{"seed":1,"count":2,"train":[0,1],"test":[1]}""");
        Assert.Contains("twice", Assert.Throws<DataException>(() => DataSplit.Load(twice, 2)).Message, StringComparison.Ordinal);
    }

    private static string Error(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
