using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime.Blocked;

/// <summary>
/// Weights [O, C, places] of a convolution, brought into blocks by operators. Each transposition moves one axis, which the runtime does fast.
/// </summary>
/// <param name="Maps">O, the maps of the convolution.</param>
/// <param name="Channels">C, the channels it reads.</param>
/// <param name="Places">The places of its window, height times width.</param>
/// <param name="Block">B, the channels of a block.</param>
internal readonly record struct Filters(long Maps, long Channels, long Places, long Block)
{
    public bool MapsFit => Maps % Block == 0;

    public bool ChannelsFit => Channels % Block == 0;

    /// <summary>Gets whether the runtime reads the input as it is, such as the three colours of a picture.</summary>
    public bool AreFewChannels => Channels < Block;

    /// <summary>To [O/B, C, places, B of O], for an input that is not blocked.</summary>
    public Value OfPlainInput(GraphBuilder build, Value weights) =>
        build.Transpose(build.Reshape(weights, Maps / Block, Block, Channels * Places), 0, 2, 1);

    /// <summary>To [O/B, C/B, places, B of C, B of O].</summary>
    public Value Forward(GraphBuilder build, Value weights)
    {
        var byMap = OfPlainInput(build, weights);
        return build.Transpose(build.Reshape(byMap, Maps / Block * (Channels / Block), Block, Places, Block), 0, 2, 1, 3);
    }

    /// <summary>To [C/B, O/B, places backwards, B of O, B of C]: the filters of the way back.</summary>
    public Value Backward(GraphBuilder build, Value weights)
    {
        var mapsLast = build.Transpose(build.Reshape(weights, Maps, Channels * Places), 1, 0);
        var byChannel = build.Transpose(build.Reshape(mapsLast, Channels / Block, Block, Places * Maps), 0, 2, 1);
        var places = Places;
        var turned = build.Node("Gather", [
            build.Reshape(byChannel, Channels / Block, Places, Maps * Block),
            build.Longs([.. Enumerable.Range(0, (int)Places).Select(p => places - 1 - p)])], OnnxAttributes.Of(("axis", 1L)));
        return build.Transpose(build.Reshape(turned, Channels / Block, Places, Maps / Block, Block * Block), 0, 2, 1, 3);
    }
}
