using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>
/// A transposed convolution of a sparse signal, y[c, p*stride + k*dilation] += x[o, p] * W[o, c, k] for those x that are not zero (ONNX ConvTranspose without
/// pads). Sums lie place by place with a few channels inside, so that whole vectors of weights are added to whole vectors of sums; a tile of channels at a
/// time, so that its sums stay in the processor's nearest cache.
/// </summary>
internal sealed class TransposedConvolution
{
    private const int Narrow = 4;

    private readonly int _groups;
    private readonly int _maps;
    private readonly int _channels;
    private readonly (int Height, int Width) _from;
    private readonly (int Height, int Width) _to;
    private readonly (int Height, int Width) _kernel;
    private readonly (int Y, int X) _stride;
    private readonly (int Y, int X) _dilation;
    private readonly int _lanes;
    private readonly int _tiles;
    private readonly int[] _rows;
    private readonly int _vectors;
    private readonly int _step;
    private readonly float[] _weights;

    private TransposedConvolution(OnnxNode node, float[] weights, TensorShape input, TensorShape filters)
    {
        (_groups, _maps, _channels) = ((int)node.Attributes.Int("group", 1), (int)filters.Known(0), (int)filters.Known(1));
        (_from, _kernel) = (((int)input.Known(2), (int)input.Known(3)), ((int)filters.Known(2), (int)filters.Known(3)));
        (_stride, _dilation) = (Pair(node, "strides"), Pair(node, "dilations"));
        _to = (((_from.Height - 1) * _stride.Y) + (_dilation.Y * (_kernel.Height - 1)) + 1,
            ((_from.Width - 1) * _stride.X) + (_dilation.X * (_kernel.Width - 1)) + 1);
        _lanes = _channels <= Narrow && _dilation.X == 1 ? Narrow : Vector<float>.Count;      // pictures have three channels: their columns share vectors
        _tiles = (_channels + _lanes - 1) / _lanes;
        _rows = [.. Enumerable.Range(0, _kernel.Height).Select(row => row * _dilation.Y * _to.Width * _lanes)];
        (_vectors, _step) = _dilation.X == 1
            ? (((_kernel.Width * _lanes) + Vector<float>.Count - 1) / Vector<float>.Count, Vector<float>.Count)
            : (_kernel.Width, _dilation.X * _lanes);
        _weights = Packed(weights);
    }

    /// <summary>Prepares a ConvTranspose.</summary>
    /// <param name="node">The node.</param>
    /// <param name="weights">Its weights, [O, C/groups, kernel].</param>
    /// <param name="input">The shape of its input, [1, O, H, W].</param>
    /// <param name="filters">The shape of its weights.</param>
    /// <returns>Null for forms that windowed passes do not have: pads, output padding, other than two spatial axes.</returns>
    public static TransposedConvolution? TryOf(OnnxNode node, float[] weights, TensorShape input, TensorShape filters) =>
        input.Rank == 4 && input[0] == 1 && IsZero(node, "pads")
        && IsZero(node, "output_padding") ? new TransposedConvolution(node, weights, input, filters) : null;

    /// <summary>Makes room for one thread.</summary>
    public Scratch NewScratch() => new(_maps / _groups, _from.Height * _from.Width, (_to.Height * _to.Width * _lanes) + Vector<float>.Count);

    /// <summary>Convolves.</summary>
    /// <param name="signal">[O, H, W].</param>
    /// <param name="scratch">From <see cref="NewScratch"/>.</param>
    /// <param name="result">Receives [C, H', W'].</param>
    public void Run(ReadOnlySpan<float> signal, Scratch scratch, Span<float> result)
    {
        var (mapsEach, area, places) = (_maps / _groups, _from.Height * _from.Width, _to.Height * _to.Width);
        for (var group = 0; group < _groups; group++)
        {
            Collect(signal.Slice(group * mapsEach * area, mapsEach * area), scratch);
            for (var tile = 0; tile < _tiles; tile++)
            {
                Array.Clear(scratch.Sums);
                for (var map = 0; map < mapsEach; map++) AddMap((tile * _maps) + (group * mapsEach) + map, map, scratch);
                var first = tile * _lanes;
                var count = Math.Min(_lanes, _channels - first);
                ChannelsFirst(scratch.Sums, count, result.Slice(((group * _channels) + first) * places, count * places));
            }
        }
    }

    private static (int Y, int X) Pair(OnnxNode node, string attribute) => node.Attributes.Ints(attribute) is [var y, var x] ? ((int)y, (int)x) : (1, 1);

    private static bool IsZero(OnnxNode node, string attribute) => node.Attributes.Ints(attribute)?.All(static v => v == 0) != false;

    /// <summary>Lists, map by map, the values that are not zero and where their sums begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Collect(ReadOnlySpan<float> signal, Scratch scratch)
    {
        var (count, i) = (0, 0);
        for (var map = 0; map < scratch.Begin.Length - 1; map++)
        {
            scratch.Begin[map] = count;
            for (var y = 0; y < _from.Height; y++)
            {
                for (var x = 0; x < _from.Width; x++, i++)
                {
                    if (signal[i] == 0) continue;
                    (scratch.Values[count], scratch.Places[count]) = (signal[i], ((y * _stride.Y * _to.Width) + (x * _stride.X)) * _lanes);
                    count++;
                }
            }
        }

        scratch.Begin[^1] = count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddMap(int filter, int map, Scratch scratch)
    {
        ref var weights = ref _weights[filter * _rows.Length * _vectors * Vector<float>.Count];
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_rows);
        var (vectors, step) = (_vectors, _step);
        for (var i = scratch.Begin[map]; i < scratch.Begin[map + 1]; i++)
        {
            ref var window = ref scratch.Sums[scratch.Places[i]];
            ref var weight = ref weights;
            var value = new Vector<float>(scratch.Values[i]);
            for (nint row = 0; row < _rows.Length; row++)
            {
                ref var sum = ref Unsafe.Add(ref window, Unsafe.Add(ref rows, row));
                for (var left = vectors; left > 0; left--)
                {
                    Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref weight), value, Vector.LoadUnsafe(ref sum)).StoreUnsafe(ref sum);
                    weight = ref Unsafe.Add(ref weight, Vector<float>.Count);
                    sum = ref Unsafe.Add(ref sum, step);
                }
            }
        }
    }

    /// <summary>From [O, C, rows, columns] to [tile, O, rows, columns, lanes], each row filled up with zeros to whole vectors.</summary>
    private float[] Packed(float[] weights)
    {
        var row = _vectors * Vector<float>.Count;
        var filter = _rows.Length * row;
        var packed = new float[_tiles * _maps * filter];
        for (var i = 0; i < weights.Length; i++)
        {
            var (kx, rest) = (i % _kernel.Width, i / _kernel.Width);
            var (ky, channel, map) = (rest % _kernel.Height, rest / _kernel.Height % _channels, rest / _kernel.Height / _channels);
            packed[(((channel / _lanes * _maps) + map) * filter) + (ky * row) + (kx * _lanes) + (channel % _lanes)] = weights[i];
        }

        return packed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChannelsFirst(ReadOnlySpan<float> sums, int channels, Span<float> result)
    {
        var places = _to.Height * _to.Width;
        for (var channel = 0; channel < channels; channel++)
        {
            var map = result.Slice(channel * places, places);
            for (var (place, at) = (0, channel); place < map.Length; place++, at += _lanes) map[place] = sums[at];
        }
    }

    /// <summary>What one thread works in.</summary>
    internal sealed class Scratch(int maps, int area, int sums)
    {
        public int[] Begin { get; } = new int[maps + 1];

        public int[] Places { get; } = new int[maps * area];

        public float[] Values { get; } = new float[maps * area];

        public float[] Sums { get; } = new float[sums];
    }
}
