using System.Globalization;

namespace MlNetConvVis.Scoring;

/// <summary>Finds out from the environment variables of a cluster which shard a process is meant to score.</summary>
public static class ShardEnvironment
{
    /// <summary>Reads Slurm's array variables (SLURM_ARRAY_TASK_ID, _COUNT, _MIN, _STEP), or Kubernetes' JOB_COMPLETION_INDEX, which does not say how many
    /// there are.</summary>
    /// <param name="variable">Gives an environment variable's value; null where there is none.</param>
    /// <param name="count">How many shards there are, where the user said so.</param>
    /// <returns>The shard and the variables it was taken from; null outside of such jobs.</returns>
    /// <exception cref="ScoreException">The variables do not fit together, or the count is missing.</exception>
    public static (Shard Shard, string Source)? Find(Func<string, string?> variable, int? count)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("SLURM_ARRAY_TASK_ID") is { Length: > 0 } ? OfSlurm(variable, count)
            : variable("JOB_COMPLETION_INDEX") is { Length: > 0 } ? OfKubernetes(variable, count) : null;
    }

    /// <summary>Tasks may be numbered from anything in steps of anything: shard = (id - min) / step + 1.</summary>
    private static (Shard Shard, string Source) OfSlurm(Func<string, string?> variable, int? count)
    {
        var (id, tasks) = (Number(variable, "SLURM_ARRAY_TASK_ID"), Number(variable, "SLURM_ARRAY_TASK_COUNT"));
        var least = Number(variable, "SLURM_ARRAY_TASK_MIN");
        var step = variable("SLURM_ARRAY_TASK_STEP") is { Length: > 0 } ? Number(variable, "SLURM_ARRAY_TASK_STEP") : 1;
        if (count is { } wanted && wanted != tasks)
            throw new ScoreException($"--shards is {wanted}, but Slurm's array has {tasks} tasks; leave --shards out, or submit an array of {wanted}.");
        var at = step > 0 && (id - least) % step == 0 ? (id - least) / step : -1;
        return at >= 0 && at < tasks ? (new Shard(at + 1, tasks), "Slurm's array variables") : throw new ScoreException(
            $"Slurm's array variables say task {id} of {tasks} from {least} in steps of {step}, which is no array in equal steps (SLURM_ARRAY_TASK_ID, " +
            "_COUNT, _MIN, _STEP). Submit it as --array=0-N, or give --shard I/N.");
    }

    private static (Shard Shard, string Source) OfKubernetes(Func<string, string?> variable, int? count)
    {
        var index = Number(variable, "JOB_COMPLETION_INDEX");
        var of = count ?? throw new ScoreException(
            $"JOB_COMPLETION_INDEX is {index}, but Kubernetes does not say how many completions the job has. Give their number with --shards N.");
        return index < of ? (new Shard(index + 1, of), "JOB_COMPLETION_INDEX") : throw new ScoreException(
            $"JOB_COMPLETION_INDEX is {index}, but --shards is {of}; the number of the job's completions was wanted.");
    }

    private static int Number(Func<string, string?> variable, string name) =>
        int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ScoreException($"The environment variable {name} is '{variable(name)}'; a whole number was wanted. Or give --shard I/N.");
}
