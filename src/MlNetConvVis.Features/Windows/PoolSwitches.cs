using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>
/// Finds the switches of a max-pooling, the places of its maxima (Zeiler and Fergus 2013, section 2.1), from the values before it. The runtime then keeps its
/// fast layout for the forward pass, which it would leave to put out indices itself; and of equal values the first in row-major order wins, on every device.
/// </summary>
internal static class PoolSwitches
{
    /// <summary>Finds the places of all maxima of some channels.</summary>
    /// <param name="values">The channels before pooling, [C, H, W].</param>
    /// <param name="geometry">How the pooling moves over them.</param>
    /// <param name="places">Receives, [C, pooled H, pooled W], the flat place of each maximum in [C, H, W].</param>
    public static void All(ReadOnlySpan<float> values, WindowGeometry geometry, Span<int> places)
    {
        var (plane, width, height) = ((int)(geometry.InputSizes[0] * geometry.InputSizes[1]), (int)geometry.OutputSizes[1], (int)geometry.OutputSizes[0]);
        var rows = new RowMaxima(geometry, 0, width);
        for (var channel = 0; channel < values.Length / plane; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                rows.Places(values.Slice(channel * plane, plane), y, channel * plane, (int)geometry.InputSizes[1],
                    places[(((channel * height) + y) * width)..]);
            }
        }
    }

    /// <inheritdoc cref="All(ReadOnlySpan{float}, WindowGeometry, Span{int})"/>
    public static void All(ReadOnlySpan<float> values, WindowGeometry geometry, Span<long> places)
    {
        var narrow = new int[places.Length];
        All(values, geometry, narrow);
        for (var i = 0; i < narrow.Length; i++) places[i] = narrow[i];
    }

    /// <summary>
    /// The maxima of one row of windows, in two steps: down each column, many columns at a time, then across. A value and its place make one key, so that the
    /// larger value wins, and of equal ones the first in row-major order, without a branch that nobody could predict.
    /// </summary>
    internal sealed class RowMaxima
    {
        private readonly int _height;
        private readonly int _width;
        private readonly int _rows;
        private readonly int _rowStep;
        private readonly int _rowStride;
        private readonly int _firstRow;
        private readonly int _kernel;
        private readonly int _step;
        private readonly int _stride;
        private readonly int _left;
        private readonly int[] _places;
        private readonly int _firstColumn;
        private readonly float[] _best;
        private readonly int[] _row;
        private readonly long[] _keys;

        /// <summary>Prepares for some windows of each row.</summary>
        /// <param name="geometry">How the pooling moves.</param>
        /// <param name="first">The first window of each row.</param>
        /// <param name="count">How many.</param>
        public RowMaxima(WindowGeometry geometry, int first, int count)
        {
            (_height, _width) = ((int)geometry.InputSizes[0], (int)geometry.InputSizes[1]);
            (_rows, _kernel) = ((int)geometry.Kernel[0], (int)geometry.Kernel[1]);
            (_rowStep, _step) = ((int)geometry.Dilations[0], (int)geometry.Dilations[1]);
            (_rowStride, _stride) = ((int)geometry.Strides[0], (int)geometry.Strides[1]);
            (_firstRow, _left) = (-(int)geometry.PadsBegin[0], (first * (int)geometry.Strides[1]) - (int)geometry.PadsBegin[1]);
            _places = new int[count];
            _firstColumn = Math.Max(_left, 0);
            var end = Math.Min(_left + ((count - 1) * _stride) + ((_kernel - 1) * _step) + 1, _width);
            var columns = Math.Max(0, end - _firstColumn);
            (_best, _row, _keys) = (new float[columns], new int[columns], new long[columns]);
        }

        /// <summary>Finds the places of one row of windows.</summary>
        /// <param name="plane">The channel before pooling, [H, W].</param>
        /// <param name="y">The row of windows.</param>
        /// <param name="offset">Added to every place.</param>
        /// <param name="pitch">How far apart rows lie in what places count over; at least as much as the windows of one row are wide.</param>
        /// <param name="places">Receives row * pitch + column + offset of each maximum.</param>
        public void Places(ReadOnlySpan<float> plane, int y, int offset, int pitch, Span<int> places)
        {
            TakeRows(plane, y);
            MakeKeys(pitch);
            Find();
            for (var x = 0; x < _places.Length; x++) places[x] = offset + _places[x];
        }

        /// <inheritdoc cref="Places(ReadOnlySpan{float}, int, int, int, Span{int})"/>
        public void Places(ReadOnlySpan<float> plane, int y, int offset, int pitch, Span<long> places)
        {
            TakeRows(plane, y);
            MakeKeys(pitch);
            Find();
            for (var x = 0; x < _places.Length; x++) places[x] = offset + _places[x];
        }

        private void TakeRows(ReadOnlySpan<float> plane, int y)
        {
            var started = false;
            for (var (k, at) = (0, _firstRow + (y * _rowStride)); k < _rows && at < _height; k++, at += _rowStep)
            {
                if (at < 0) continue;
                var line = plane.Slice((at * _width) + _firstColumn, _best.Length);
                if (started)
                {
                    TakeLarger(line, at);
                    continue;
                }

                line.CopyTo(_best);
                _row.AsSpan().Fill(at);
                started = true;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TakeLarger(ReadOnlySpan<float> line, int at)
        {
            var lines = MemoryMarshal.Cast<float, Vector<float>>(line);
            var bests = MemoryMarshal.Cast<float, Vector<float>>(_best.AsSpan());
            var rows = MemoryMarshal.Cast<int, Vector<int>>(_row.AsSpan());
            var here = new Vector<int>(at);
            for (var v = 0; v < lines.Length; v++)
            {
                var larger = Vector.GreaterThan(lines[v], bests[v]);
                bests[v] = Vector.ConditionalSelect(larger, lines[v], bests[v]);
                rows[v] = Vector.ConditionalSelect(larger, here, rows[v]);
            }

            for (var i = lines.Length * Vector<float>.Count; i < line.Length; i++)
            {
                if (!(line[i] > _best[i])) continue;
                (_best[i], _row[i]) = (line[i], at);
            }
        }

        /// <summary>The value's bits in an order that whole numbers follow, then what is left of the largest number after its place.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MakeKeys(int pitch)
        {
            var i = 0;
            for (; i <= _keys.Length - Vector<int>.Count; i += Vector<int>.Count)
            {
                var bits = Vector.AsVectorInt32(new Vector<float>(_best, i) + Vector<float>.Zero);      // minus zero equals zero
                var left = new Vector<int>(int.MaxValue - i) - Vector.CreateSequence(0, 1) - (new Vector<int>(_row, i) * pitch);
                Vector.Widen(bits ^ ((bits >> 31) & new Vector<int>(int.MaxValue)), out var low, out var high);
                Vector.Widen(left, out var lowLeft, out var highLeft);
                ((low << 32) | lowLeft).CopyTo(_keys, i);
                ((high << 32) | highLeft).CopyTo(_keys, i + Vector<long>.Count);
            }

            for (; i < _keys.Length; i++)
            {
                var bits = BitConverter.SingleToInt32Bits(_best[i] + 0f);
                _keys[i] = ((long)(bits ^ ((bits >> 31) & int.MaxValue)) << 32) | (uint)(int.MaxValue - ((_row[i] * pitch) + i));
            }
        }

        /// <summary>The place of each window's largest key.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Find()
        {
            ref var keys = ref MemoryMarshal.GetArrayDataReference(_keys);
            var x = _left >= 0 && (_kernel, _stride, _step) == (3, 2, 1) ? FindThreeByTwo() : 0;
            for (var left = _left + (x * _stride) - _firstColumn; x < _places.Length; x++, left += _stride)
            {
                var (first, end) = (left, left + (_kernel * _step));
                if (first < 0) first += (_step - 1 - first) / _step * _step;
                if (end > _keys.Length) end = _keys.Length;
                var best = Unsafe.Add(ref keys, first);
                for (var at = first + _step; at < end; at += _step) best = Math.Max(best, Unsafe.Add(ref keys, at));
                _places[x] = int.MaxValue - (int)best + _firstColumn;
            }
        }

        /// <summary>Four windows of three at a time, two apart, the paper's pooling: its first, second and third keys lie in one vector each.</summary>
        /// <returns>How many windows are done; the rest is left to the general way.</returns>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int FindThreeByTwo()
        {
            if (!Avx2.IsSupported) return 0;
            ref var keys = ref MemoryMarshal.GetArrayDataReference(_keys);
            var x = 0;
            for (var at = 0; x + 4 <= _places.Length && at + 10 <= _keys.Length; x += 4, at += 8)
            {
                var (a, b) = (Vector256.LoadUnsafe(ref keys, (nuint)at), Vector256.LoadUnsafe(ref keys, (nuint)at + 4));
                var (c, d) = (Vector256.LoadUnsafe(ref keys, (nuint)at + 2), Vector256.LoadUnsafe(ref keys, (nuint)at + 6));
                var best = Vector256.Max(Vector256.Max(Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b)), Avx2.UnpackLow(c, d));      // windows 0, 2, 1, 3
                var places = Vector256.Create((long)int.MaxValue + _firstColumn) - (best & Vector256.Create((long)uint.MaxValue));
                Vector256.Narrow(Avx2.Permute4x64(places, 0b_11_01_10_00), places).GetLower().StoreUnsafe(ref _places[x]);
            }

            return x;
        }
    }
}
