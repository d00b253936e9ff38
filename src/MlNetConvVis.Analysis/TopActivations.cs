using System.Numerics;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>One strong activation of a feature map.</summary>
/// <param name="Image">The photo's index.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Activation">Its value.</param>
public sealed record TopActivation(int Image, Unit Unit, float Activation);

/// <summary>The strongest activations of one feature map, strongest first, at most one a photo.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The map.</param>
/// <param name="Tops">The activations; fewer than asked for where the map was active in fewer photos.</param>
public sealed record MapTops(string Layer, int Channel, IReadOnlyList<TopActivation> Tops);

/// <summary>Finds, in one pass over a collection, the photos and places that excite each feature map most (Zeiler and Fergus 2013, figure 2).</summary>
public static class TopActivations
{
    /// <summary>Runs the pass.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="top">How many activations to keep of each map.</param>
    /// <param name="images">How many photos there are.</param>
    /// <param name="fill">Writes a photo's input.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">Photos of one run.</param>
    /// <param name="progress">Receives how many photos are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="wholeFields">Whether only units count whose receptive field lies wholly inside the image, so that no picture is cut.</param>
    /// <returns>Every map of every layer that was active (above zero) at all, in order.</returns>
    /// <exception cref="GraphException">A layer does not exist, is not computed from the image, or does not lie channels first, or
    /// whole fields are wanted and it has none.</exception>
    public static IReadOnlyList<MapTops> Find(
        ConvNet net,
        IReadOnlyList<string> layers,
        int top,
        int images,
        FillImage fill,
        SessionSettings settings,
        int batch = 32,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default,
        bool wholeFields = false)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        foreach (var layer in layers) _ = net.FieldOf(layer);      // refuses layers whose maps are not their second axis
        using var extractor = new FeatureExtractor(net, layers, switches: false, settings, batch, shared: images > batch);
        Board[] boards = [.. layers.Select(l => new Board(l, net.ShapeOf(l), top, wholeFields ? MapWindow.OfWholeFields(net, l) : null))];
        extractor.Run(images, fill, (first, count, features) =>
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var board in boards)
            {
                board.Take(first, count, features);
                board.Check();
            }

            progress?.Report(first + count);
        });
        return [.. boards.SelectMany(static b => b.Maps())];
    }

    /// <summary>Chooses some maps of each layer at random, as the paper does, the same ones for the same seed.</summary>
    /// <param name="maps">The maps to choose from.</param>
    /// <param name="perLayer">How many of each layer.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The chosen ones, in their order.</returns>
    public static IReadOnlyList<MapTops> Choose(IReadOnlyList<MapTops> maps, int perLayer, ulong seed) =>
        [.. maps.GroupBy(static m => m.Layer).SelectMany(layer =>
        {
            var random = new SplitMix64(seed);
            return layer.Select(m => (Map: m, Key: random.Next())).OrderBy(static p => p.Key).Take(perLayer).Select(static p => p.Map)
                .OrderBy(static m => m.Channel);
        })];

    /// <summary>The best activations of every map of one layer so far.</summary>
    private sealed class Board
    {
        private readonly string _layer;
        private readonly TensorShape _shape;
        private readonly int _top;
        private readonly List<TopActivation>[] _maps;
        private readonly int _places;
        private readonly MapWindow? _within;
        private bool _broken;

        public Board(string layer, TensorShape shape, int top, MapWindow? within)
        {
            (_layer, _shape, _top, _within) = (layer, shape, top, within);
            _maps = [.. Enumerable.Range(0, (int)shape.Known(1)).Select(_ => new List<TopActivation>(top + 1))];
            _places = (int)shape.ItemCount() / _maps.Length;
        }

        public void Take(int first, int count, FeatureBatch features)
        {
            var activations = features.Floats(_layer);
            for (var item = 0; item < count; item++)
            {
                for (var map = 0; map < _maps.Length; map++)
                    TakeMap(first + item, map, activations.Slice(((item * _maps.Length) + map) * _places, _places));
            }
        }

        /// <exception cref="GraphException">An activation is not a number.</exception>
        public void Check()
        {
            if (_broken) throw new GraphException($"Layer '{_layer}' holds values that are not numbers (NaN); the model or its input is damaged.");
        }

        public IEnumerable<MapTops> Maps() => _maps.Select((tops, channel) => new MapTops(_layer, channel, tops)).Where(static m => m.Tops.Count > 0);

        private void TakeMap(int image, int map, ReadOnlySpan<float> places)
        {
            var tops = _maps[map];
            var largest = _within is { } window ? Largest(places, window) : Largest(places);
            _broken |= float.IsNaN(largest);
            if (!(largest > 0) || (tops.Count == _top && largest <= tops[^1].Activation)) return;
            var unit = _within is { } only ? PlaceOf(largest, places, only) with { Channel = map }
                : Unit.At(((long)map * _places) + places.IndexOf(largest), _shape);
            var found = new TopActivation(image, unit, largest);
            var place = tops.FindIndex(t => t.Activation < found.Activation);      // equal ones: the earlier photo stays ahead
            tops.Insert(place < 0 ? tops.Count : place, found);
            if (tops.Count > _top) tops.RemoveAt(_top);
        }

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
            places.Slice((y * (_shape.Rank == 4 ? (int)_shape.Known(3) : 1)) + window.X, window.Width);

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
}
