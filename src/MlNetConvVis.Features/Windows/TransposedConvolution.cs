using System.Numerics;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>
/// A transposed convolution of a sparse signal, y[c, p*stride + k*dilation] += x[o, p] * W[o, c, k] for the x that are not zero (ONNX ConvTranspose without
/// pads). Sums lie place by place with channels inside, so that one row of weights is added to one run of sums.
/// </summary>
internal sealed class TransposedConvolution
{
    private readonly float[] _weights;
    private readonly int _groups;
    private readonly int _maps;
    private readonly int _channels;
    private readonly (int Height, int Width) _from;
    private readonly (int Height, int Width) _to;
    private readonly (int Height, int Width) _kernel;
    private readonly (int Y, int X) _stride;
    private readonly (int Y, int X) _dilation;
    private readonly int _run;
    private readonly int _paddedRun;

    private TransposedConvolution(OnnxNode node, float[] weights, TensorShape input, TensorShape filters)
    {
        (_groups, _maps, _channels) = ((int)node.Attributes.Int("group", 1), (int)filters.Known(0), (int)filters.Known(1));
        (_from, _kernel) = (((int)input.Known(2), (int)input.Known(3)), ((int)filters.Known(2), (int)filters.Known(3)));
        (_stride, _dilation) = (Pair(node, "strides"), Pair(node, "dilations"));
        _to = (((_from.Height - 1) * _stride.Y) + (_dilation.Y * (_kernel.Height - 1)) + 1, ((_from.Width - 1) * _stride.X) + (_dilation.X * (_kernel.Width - 1)) + 1);
        _run = _dilation.X == 1 ? _kernel.Width * _channels : _channels;      // neighbouring columns of the window lie side by side, unless spread
        _paddedRun = (_run + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        _weights = Packed(weights);
    }

    /// <summary>Prepares a ConvTranspose.</summary>
    /// <param name="node">The node.</param>
    /// <param name="weights">Its weights, [O, C/groups, kernel].</param>
    /// <param name="input">The shape of its input, [1, O, H, W].</param>
    /// <param name="filters">The shape of its weights.</param>
    /// <returns>Null for forms that windowed passes do not have: pads, output padding, other than two spatial axes.</returns>
    public static TransposedConvolution? TryOf(OnnxNode node, float[] weights, TensorShape input, TensorShape filters) =>
        input.Rank == 4 && input[0] == 1 && IsZero(node, "pads") && IsZero(node, "output_padding") ? new TransposedConvolution(node, weights, input, filters) : null;

    /// <summary>Makes room for the sums of one thread.</summary>
    public float[] NewSums() => new float[(_to.Height * _to.Width * _channels) + _paddedRun];      // the last run's padding needs room too

    /// <summary>Convolves.</summary>
    /// <param name="signal">[O, H, W].</param>
    /// <param name="sums">From <see cref="NewSums"/>.</param>
    /// <param name="result">Receives [C, H', W'].</param>
    public void Run(ReadOnlySpan<float> signal, float[] sums, Span<float> result)
    {
        var (mapsEach, area, places) = (_maps / _groups, _from.Height * _from.Width, _to.Height * _to.Width);
        for (var group = 0; group < _groups; group++)
        {
            Array.Clear(sums);
            for (var map = group * mapsEach; map < (group + 1) * mapsEach; map++) AddMap(map, signal.Slice(map * area, area), sums);
            ChannelsFirst(sums, result.Slice(group * _channels * places, _channels * places));
        }
    }

    private static (int Y, int X) Pair(OnnxNode node, string attribute) => node.Attributes.Ints(attribute) is [var y, var x] ? ((int)y, (int)x) : (1, 1);

    private static bool IsZero(OnnxNode node, string attribute) => node.Attributes.Ints(attribute)?.All(static v => v == 0) != false;

    private void AddMap(int map, ReadOnlySpan<float> signal, float[] sums)
    {
        var runs = _dilation.X == 1 ? 1 : _kernel.Width;
        var weights = _weights.AsSpan(map * _kernel.Height * runs * _paddedRun, _kernel.Height * runs * _paddedRun);
        for (var y = 0; y < _from.Height; y++)
        {
            for (var x = 0; x < _from.Width; x++)
            {
                var value = signal[(y * _from.Width) + x];
                if (value == 0) continue;
                var at = 0;
                for (var row = 0; row < _kernel.Height; row++)
                {
                    var place = (((y * _stride.Y) + (row * _dilation.Y)) * _to.Width) + (x * _stride.X);
                    for (var run = 0; run < runs; run++, at += _paddedRun)
                        SparseKernels.AddScaled(weights.Slice(at, _paddedRun), value, sums.AsSpan((place + (run * _dilation.X)) * _channels, _paddedRun));
                }
            }
        }
    }

    /// <summary>From [O, C, rows, columns] to, for each map and row, runs over columns and channels, each filled up with zeros to whole vectors.</summary>
    private float[] Packed(float[] weights)
    {
        var columnsARun = _run / _channels;
        var runs = _kernel.Width / columnsARun;
        var packed = new float[_maps * _kernel.Height * runs * _paddedRun];
        for (var i = 0; i < weights.Length; i++)
        {
            var (column, row, channel, map) = (i % _kernel.Width, i / _kernel.Width % _kernel.Height, i / _kernel.Width / _kernel.Height % _channels, i / _kernel.Width / _kernel.Height / _channels);
            var run = (((map * _kernel.Height) + row) * runs) + (column / columnsARun);
            packed[(run * _paddedRun) + (column % columnsARun * _channels) + channel] = weights[i];
        }

        return packed;
    }

    private void ChannelsFirst(ReadOnlySpan<float> sums, Span<float> result)
    {
        var places = _to.Height * _to.Width;
        for (var channel = 0; channel < _channels; channel++)
        {
            var map = result.Slice(channel * places, places);
            for (var (place, at) = (0, channel); place < places; place++, at += _channels) map[place] = sums[at];
        }
    }
}
