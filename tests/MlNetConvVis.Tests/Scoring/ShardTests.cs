using MlNetConvVis.Scoring;

namespace MlNetConvVis.Tests.Scoring;

public sealed class ShardTests
{
    [Theory]
    [InlineData("2/4", 2, 4)]
    [InlineData("1/1", 1, 1)]
    public void A_shard_is_read_from_its_text(string text, int number, int count) => Assert.Equal(new Shard(number, count), Shard.Parse(text));

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("2")]
    [InlineData("-1/4")]
    [InlineData("1/2/3")]
    [InlineData("a/b")]
    public void What_is_no_shard_is_none(string text) => Assert.Null(Shard.Parse(text));

    [Theory]
    [InlineData(10, 3)]
    [InlineData(2, 4)]
    [InlineData(0, 2)]
    [InlineData(2_000_000_011, 7919)]
    public void Shards_follow_one_another_and_differ_by_one_at_most(int images, int count)
    {
        var next = 0;
        for (var number = 1; number <= count; number++)
        {
            var (first, own) = new Shard(number, count).Of(images);
            Assert.Equal(next, first);
            Assert.InRange(own, images / count, (images / count) + 1);
            next = first + own;
        }

        Assert.Equal(images, next);
    }

    [Theory]
    [InlineData("0", "4", "0", null, 1)]
    [InlineData("3", "4", "0", "1", 4)]
    [InlineData("1", "4", "1", "1", 1)]
    [InlineData("14", "3", "10", "2", 3)]
    public void Slurm_says_which_shard_this_is(string id, string count, string min, string? step, int number)
    {
        var found = ShardEnvironment.Find(Slurm(id, count, min, step), count: null);
        Assert.Equal(new Shard(number, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)), found!.Value.Shard);
    }

    [Theory]
    [InlineData("7", "3", "0", "1", null, "no array in equal steps")]      // --array=0,3,7
    [InlineData("x", "3", "0", "1", null, "SLURM_ARRAY_TASK_ID is 'x'")]
    [InlineData("1", "3", "0", "1", 4, "--shards is 4")]
    public void Slurm_arrays_that_do_not_fit_are_refused(string id, string count, string min, string? step, int? shards, string part)
    {
        var error = Assert.Throws<ScoreException>(() => ShardEnvironment.Find(Slurm(id, count, min, step), shards));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kubernetes_says_the_index_and_the_user_the_count()
    {
        static string? Variable(string name) => name == "JOB_COMPLETION_INDEX" ? "3" : null;
        Assert.Equal(new Shard(4, 4), ShardEnvironment.Find(Variable, 4)!.Value.Shard);
        Assert.Contains("--shards N", Assert.Throws<ScoreException>(() => ShardEnvironment.Find(Variable, null)).Message, StringComparison.Ordinal);
        Assert.Contains("--shards is 3", Assert.Throws<ScoreException>(() => ShardEnvironment.Find(Variable, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outside_of_clusters_there_is_no_shard() => Assert.Null(ShardEnvironment.Find(static _ => null, null));

    private static Func<string, string?> Slurm(string id, string count, string min, string? step) => name => name switch
    {
        "SLURM_ARRAY_TASK_ID" => id,
        "SLURM_ARRAY_TASK_COUNT" => count,
        "SLURM_ARRAY_TASK_MIN" => min,
        "SLURM_ARRAY_TASK_STEP" => step,
        _ => null,
    };
}
