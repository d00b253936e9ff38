namespace MlNetConvVis.Pipelines;

/// <summary>Reports where it is called, in order; <see cref="Progress{T}"/> would do so later on another thread.</summary>
internal sealed class StepProgress<T>(Action<T> report) : IProgress<T>
{
    private readonly Lock _gate = new();

    public void Report(T value)
    {
        lock (_gate) report(value);
    }
}
