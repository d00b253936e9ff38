namespace MlNetConvVis.Pipelines;

/// <summary>One step's work.</summary>
internal interface IPipelineWork
{
    /// <summary>Gets the step.</summary>
    PipelineStep Step { get; }

    /// <summary>Gets all that decides what the step makes; when it is the same as in an earlier run, the step is not done again.</summary>
    /// <param name="context">The run.</param>
    string Fingerprint(PipelineContext context);

    /// <summary>Does the work.</summary>
    /// <param name="context">The run.</param>
    /// <param name="folder">The step's folder; what an interrupted run left is still in it.</param>
    /// <returns>What came of it, as a line.</returns>
    string Run(PipelineContext context, string folder);
}
