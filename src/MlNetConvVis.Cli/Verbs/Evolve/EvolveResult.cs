using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Verbs.Visualize;

namespace MlNetConvVis.Cli.Verbs.Evolve;

/// <summary>What <c>evolve --json</c> says.</summary>
internal sealed record EvolveResult(
    IReadOnlyList<string> Models,
    IReadOnlyList<string> Stages,
    string Rule,
    int Photos,
    double Seconds,
    IReadOnlyList<EvolvedLayer> Layers,
    bool LowerLayersSettleFirst);

/// <summary>One layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="File">Its picture; null where no map was active in the end.</param>
/// <param name="Settled">For each stage the part of all maps that are excited most by the photo that excites them most in the end.</param>
/// <param name="SettledFrom">The first stage from which on at least half of them keep it.</param>
/// <param name="Maps">The drawn maps.</param>
internal sealed record EvolvedLayer(string Layer, string? File, IReadOnlyList<double> Settled, string SettledFrom, IReadOnlyList<MapStages> Maps);

/// <summary>One map; null for stages at which it was active in no photo.</summary>
internal sealed record MapStages(int Channel, IReadOnlyList<ActivationPlace?> Stages);
