using System.Numerics;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Analysis;

/// <summary>The strongest activations so far of every map of one layer, for each group of photos by itself, and how strong the groups' photos are on average.</summary>
/// <param name="layer">The layer.</param>
/// <param name="shape">Its shape.</param>
/// <param name="top">How many activations are kept of each map and group.</param>
/// <param name="groups">How many groups there are.</param>
/// <param name="within">The units that count; null: all.</param>
/// <param name="several">Whether a photo may hold several places of a map's list; otherwise its strongest alone.</param>
internal sealed class TopBoard(string layer, TensorShape shape, int top, int groups = 1, MapWindow? within = null, bool several = false)
{
    private readonly int _maps = (int)shape.Known(1);
    private readonly int _places = (int)(shape.ItemCount() / shape.Known(1));
    private readonly List<TopActivation>[] _tops =
        [.. Enumerable.Range(0, groups * (int)shape.Known(1)).Select(_ => new List<TopActivation>(top + 1))];
    private readonly double[] _sums = new double[groups * (int)shape.Known(1)];
    private readonly double[] _squares = new double[groups * (int)shape.Known(1)];
    private readonly int[] _counts = new int[groups];

    public string Layer => layer;

    /// <summary>Gets how many maps there are.</summary>
    public int Maps => _maps;

    /// <summary>Gets how many values an image has in the layer.</summary>
    public int Length => _maps * _places;

    /// <summary>Looks at one photo.</summary>
    /// <param name="image">The photo.</param>
    /// <param name="activations">The layer's values for it.</param>
    /// <param name="group">The group it is in.</param>
    /// <exception cref="GraphException">An activation is not a number.</exception>
    public void Take(int image, ReadOnlySpan<float> activations, int group = 0)
    {
        _counts[group]++;
        for (var map = 0; map < _maps; map++) TakeMap(image, map, group, activations.Slice(map * _places, _places));
    }

    /// <summary>Gets every map that was active (above zero) in a group at all, in order.</summary>
    /// <param name="group">The group.</param>
    public IEnumerable<MapTops> Tops(int group = 0) => Enumerable.Range(0, _maps).Select(map => new MapTops(layer, map, _tops[(group * _maps) + map]))
        .Where(static m => m.Tops.Count > 0);

    /// <summary>Gets by how many deviations over all photos the mean of a map's strongest activation in a group's photos lies above that in all.</summary>
    /// <param name="map">The map.</param>
    /// <param name="group">The group.</param>
    /// <returns>Zero where the map does not vary, or the group has no photo.</returns>
    public double Selectivity(int map, int group)
    {
        var (all, sum, square) = (0.0, 0.0, 0.0);
        for (var g = 0; g < groups; g++) (all, sum, square) = (all + _counts[g], sum + _sums[(g * _maps) + map], square + _squares[(g * _maps) + map]);
        var deviation = Math.Sqrt(Math.Max(0, (square / all) - (sum / all * (sum / all))));
        return deviation > 0 && _counts[group] > 0 ? ((_sums[(group * _maps) + map] / _counts[group]) - (sum / all)) / deviation : 0;
    }

    /// <summary>Writes all that is known, for <see cref="Read"/>.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (var count in _counts) writer.Write(count);
        for (var i = 0; i < _tops.Length; i++)
        {
            writer.Write(_sums[i]);
            writer.Write(_squares[i]);
            writer.Write(_tops[i].Count);
            foreach (var (image, unit, activation) in _tops[i])
            {
                writer.Write(image);
                writer.Write(unit.Y);
                writer.Write(unit.X);
                writer.Write(activation);
            }
        }
    }

    /// <summary>Takes up what a board of the same layer, groups and options wrote.</summary>
    public void Read(BinaryReader reader)
    {
        for (var g = 0; g < groups; g++) _counts[g] = reader.ReadInt32();
        for (var i = 0; i < _tops.Length; i++)
        {
            (_sums[i], _squares[i]) = (reader.ReadDouble(), reader.ReadDouble());
            _tops[i].Clear();
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var (image, y, x) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
                _tops[i].Add(new TopActivation(image, new Unit(i % _maps, y, x), reader.ReadSingle()));
            }
        }
    }

    private void TakeMap(int image, int map, int group, ReadOnlySpan<float> places)
    {
        var (tops, place) = (_tops[(group * _maps) + map], (group * _maps) + map);
        var largest = within is { } window ? Largest(places, window) : Largest(places);
        if (float.IsNaN(largest)) throw new GraphException($"Layer '{layer}' holds values that are not numbers (NaN); the model or its input is damaged.");
        var strength = Math.Max(0, (double)largest);
        (_sums[place], _squares[place]) = (_sums[place] + strength, _squares[place] + (strength * strength));
        if (!Counts(tops, largest)) return;
        if (several)
        {
            foreach (var unit in Stronger(tops, map, places)) Insert(tops, new TopActivation(image, unit.Unit, unit.Value));
        }
        else
        {
            var unit = within is { } only ? PlaceOf(largest, places, only) with { Channel = map } : At(map, places.IndexOf(largest));
            Insert(tops, new TopActivation(image, unit, largest));
        }
    }

    private bool Counts(List<TopActivation> tops, float activation) => activation > 0 && (tops.Count < top || activation > tops[^1].Activation);

    private void Insert(List<TopActivation> tops, TopActivation found)
    {
        if (!Counts(tops, found.Activation)) return;
        var place = tops.FindIndex(t => t.Activation < found.Activation);      // equal ones: the earlier photo stays ahead
        tops.Insert(place < 0 ? tops.Count : place, found);
        if (tops.Count > top) tops.RemoveAt(top);
    }

    /// <summary>The places of a map that may come onto the list, row by row.</summary>
    private List<(Unit Unit, float Value)> Stronger(List<TopActivation> tops, int map, ReadOnlySpan<float> places)
    {
        var found = new List<(Unit, float)>();
        for (var p = 0; p < places.Length; p++)
        {
            if (Counts(tops, places[p]) && At(map, p) is var unit && (within is not { } w || w.Contains(unit.Y, unit.X))) found.Add((unit, places[p]));
        }

        return found;
    }

    private Unit At(int map, int place) => Unit.At(((long)map * _places) + place, shape);

    private float Largest(ReadOnlySpan<float> places, MapWindow window)
    {
        var largest = float.NegativeInfinity;
        for (var y = window.Y; y < window.Y + window.Height; y++) largest = MathF.Max(largest, Largest(Row(places, window, y)));
        return largest;
    }

    /// <summary>The first place of the window that holds a value.</summary>
    private Unit PlaceOf(float value, ReadOnlySpan<float> places, MapWindow window)
    {
        for (var y = window.Y; ; y++)
        {
            if (Row(places, window, y).IndexOf(value) is >= 0 and var x) return new Unit(0, y, window.X + x);
        }
    }

    private ReadOnlySpan<float> Row(ReadOnlySpan<float> places, MapWindow window, int y) =>
        places.Slice((y * (shape.Rank == 4 ? (int)shape.Known(3) : 1)) + window.X, window.Width);

    /// <summary>The largest of some values; not a number where one of them is none.</summary>
    private static float Largest(ReadOnlySpan<float> values)
    {
        var (largest, i) = (float.NegativeInfinity, 0);
        if (values.Length >= Vector<float>.Count)
        {
            var lanes = new Vector<float>(values);
            for (i = Vector<float>.Count; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
                lanes = Vector.Max(lanes, new Vector<float>(values[i..]));
            for (var lane = 0; lane < Vector<float>.Count; lane++) largest = MathF.Max(largest, lanes[lane]);
        }

        for (; i < values.Length; i++) largest = MathF.Max(largest, values[i]);
        return largest;
    }
}
