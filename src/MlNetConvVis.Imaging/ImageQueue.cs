using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace MlNetConvVis.Imaging;

/// <summary>
/// Reads and decodes images ahead of the network, side by side, into a ring: image i goes to slot i mod slots, and is read only when image i - slots was
/// taken. So decoding never waits for the network until the ring is full, and memory does not grow with the number of images. What waits in the ring are
/// 8-bit pictures of the network's size, a quarter of the network's numbers.
/// </summary>
public sealed class ImageQueue : IDisposable
{
    private readonly Func<int, ImageSource> _source;
    private readonly ImageLoader _loader;
    private readonly ImagePreprocessing _preprocessing;
    private readonly int _count;
    private readonly RgbImage?[] _slots;
    private readonly int[] _ready;
    private readonly SemaphoreSlim _free;
    private readonly CancellationTokenSource _stop;
    private readonly Task[] _decoders;
    private readonly object _gate = new();
    private readonly ConcurrentDictionary<int, string> _broken = new();
    private ExceptionDispatchInfo? _failure;
    private int _next = -1;

    /// <summary>Begins to read.</summary>
    /// <param name="source">Gives each image.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="loading">How many are decoded side by side, and within which limits.</param>
    /// <param name="slots">How many lie decoded at a time at most.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ImageQueue(
        Func<int, ImageSource> source, int count, ImagePreprocessing preprocessing, ImageLoaderOptions loading, int slots, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(loading);
        (_source, _count, _preprocessing) = (source, count, preprocessing);
        _loader = new ImageLoader(preprocessing, loading with { Threads = 1, Strict = false });
        slots = Math.Min(slots, count);
        (_slots, _ready, _free) = (new RgbImage?[slots], [.. Enumerable.Repeat(-1, slots)], new SemaphoreSlim(slots));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _stop.Token.Register(Pulse);
        _decoders = [.. Enumerable.Range(0, Math.Min(loading.Threads, slots)).Select(_ =>
            Task.Factory.StartNew(Decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Writes an image's input; waits until it is decoded. Called in order, by one thread at a time.</summary>
    /// <param name="index">The image, each once and in order.</param>
    /// <param name="input">Receives it; zeros where the image is broken.</param>
    public void Take(int index, Span<float> input)
    {
        var slot = index % _slots.Length;
        lock (_gate)
        {
            while (_ready[slot] != index)
            {
                _failure?.Throw();
                _stop.Token.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }
        }

        if (_slots[slot] is { } frame) _preprocessing.Normalize(frame, input);
        else input.Clear();
        _free.Release();
    }

    /// <summary>Gets why an image that was taken could not be read; null where it could. Asked once.</summary>
    /// <param name="index">The image.</param>
    public string? ErrorOf(int index) => _broken.TryRemove(index, out var error) ? error : null;

    /// <summary>Stops reading and waits until that has ended.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_decoders);
        _stop.Dispose();
        _free.Dispose();
    }

    private void Decode()
    {
        try
        {
            while (true)
            {
                _free.Wait(_stop.Token);
                var index = Interlocked.Increment(ref _next);
                if (index >= _count) return;
                var slot = index % _slots.Length;
                var found = _loader.LoadFrames([_source(index)], out var frames, _stop.Token);
                _slots[slot] = frames.FirstOrDefault();
                if (found.Broken is [var broken]) _broken[index] = broken.Message;
                lock (_gate)
                {
                    _ready[slot] = index;
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            Pulse();
        }
    }

    private void Pulse()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
