using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>The option that leaves out units which the image's border cuts.</summary>
internal static class WholeFields
{
    public static FlagOption Option => new("--whole-fields",
        "look for the strongest only among units whose receptive field lies wholly inside the image, so that no picture is cut by its border");
}
