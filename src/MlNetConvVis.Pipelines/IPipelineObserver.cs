namespace MlNetConvVis.Pipelines;

/// <summary>What a running pipeline tells about itself.</summary>
public interface IPipelineObserver
{
    /// <summary>A step begins.</summary>
    /// <param name="step">The step.</param>
    /// <param name="number">Its place, from 1.</param>
    /// <param name="steps">How many steps there are.</param>
    void Started(PipelineStep step, int number, int steps);

    /// <summary>A step got further.</summary>
    /// <param name="share">How much is done, 0 to 1.</param>
    /// <param name="status">What it does right now.</param>
    void Progressed(double share, string status);

    /// <summary>Something worth knowing, such as a photo that could not be read.</summary>
    /// <param name="note">The note.</param>
    void Noted(string note);

    /// <summary>A step is done, now or in an earlier run.</summary>
    /// <param name="step">The step.</param>
    /// <param name="summary">What came of it, as a line.</param>
    /// <param name="wasDone">Whether an earlier run had done it.</param>
    void Finished(PipelineStep step, string summary, bool wasDone);
}

/// <summary>A step as a person knows it.</summary>
/// <param name="Name">Its name, as in the pipeline file.</param>
/// <param name="Title">What it does.</param>
public sealed record PipelineStep(string Name, string Title);
