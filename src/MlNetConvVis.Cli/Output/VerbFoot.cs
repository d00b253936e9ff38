using System.Globalization;
using MlNetConvVis.Features;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Output;

/// <summary>What stands at the foot of every report of a verb: the command, the versions, the networks by content, and what else decided the result.</summary>
internal static class VerbFoot
{
    /// <summary>Puts a foot together.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="nets">The networks.</param>
    /// <param name="more">What else there is to say, such as the seed.</param>
    public static ReportFoot Of(string command, IEnumerable<ConvNet> nets, params IEnumerable<ReportFact> more) => new()
    {
        Created = DateTimeOffset.UtcNow,
        Facts =
        [
            new("Command", command),
            new("MlNetConvVis", typeof(VerbFoot).Assembly.GetName().Version!.ToString(3)),
            new("ONNX Runtime", RuntimeFacts.Version),
            new(".NET", Environment.Version.ToString()),
            .. nets.Select(static net => new ReportFact("Model", $"{net.File}, SHA-256 {net.Hash}")),
            .. more,
        ],
    };

    /// <summary>The seed as a fact.</summary>
    public static ReportFact Seed(ulong seed) => new("Seed", seed.ToString(CultureInfo.InvariantCulture));
}
