using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>How one map answers to one class.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Selectivity">By how many deviations over all photos the mean of the map's strongest activation in the class's photos lies above that in all.</param>
public sealed record ClassResponse(string Layer, int Channel, double Selectivity);

/// <summary>What a pass over a collection found.</summary>
public sealed class MinedMaps
{
    private readonly IReadOnlyList<TopBoard> _boards;

    internal MinedMaps(int photos, int earlier, IReadOnlyList<BrokenPhoto> broken, IReadOnlyList<TopBoard> boards, IReadOnlyList<string> classes) =>
        (Photos, Earlier, Broken, _boards, Classes) = (photos, earlier, broken, boards, classes);

    /// <summary>Gets how many photos were looked at; those that could not be read are not among them.</summary>
    public int Photos { get; }

    /// <summary>Gets how many photos of the list had been done by earlier calls.</summary>
    public int Earlier { get; }

    /// <summary>Gets the photos that could not be read.</summary>
    public IReadOnlyList<BrokenPhoto> Broken { get; }

    /// <summary>Gets the classes that were kept apart; none where all photos count as one.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets how many maps a layer has, active or not.</summary>
    /// <param name="layer">One of the layers that were asked for.</param>
    public int MapsOf(string layer) => Board(layer).Maps;

    /// <summary>Gets every map of a layer that was active (above zero) at all, in order.</summary>
    /// <param name="layer">One of the layers that were asked for.</param>
    /// <param name="class">A class, where they were kept apart.</param>
    public IReadOnlyList<MapTops> Of(string layer, int @class = 0) => [.. Board(layer).Tops(@class)];

    /// <summary>Gets the maps of a layer that answer to a class, those first that single it out most.</summary>
    /// <param name="layer">One of the layers that were asked for.</param>
    /// <param name="class">The class.</param>
    /// <returns>The maps that were active in the class's photos.</returns>
    public IReadOnlyList<ClassResponse> Responses(string layer, int @class) => [.. Board(layer).Tops(@class)
        .Select(m => new ClassResponse(layer, m.Channel, Board(layer).Selectivity(m.Channel, @class))).OrderByDescending(static r => r.Selectivity)];

    private TopBoard Board(string layer) => _boards.First(b => b.Layer == layer);
}

/// <summary>A photo that could not be read.</summary>
/// <param name="Index">Its place in the list.</param>
/// <param name="Message">What is wrong with it, its name included.</param>
public sealed record BrokenPhoto(int Index, string Message);
