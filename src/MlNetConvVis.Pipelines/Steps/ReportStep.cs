namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Gathers all numbers in results.json and everything worth seeing in one HTML file.</summary>
internal sealed class ReportStep(string command) : IPipelineWork
{
    public PipelineStep Step { get; } = new("report", "Write the report");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint("report 1", context.Spec.Title);

    public string Run(PipelineContext context, string folder) => command;
}
