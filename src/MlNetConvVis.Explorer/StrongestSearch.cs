using System.Collections.Concurrent;
using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Explorer;

/// <summary>Finds the strongest activations over the collection, a layer at a time, in the background, once. Safe for several threads.</summary>
internal sealed class StrongestSearch(ConvNet net, ImageFrames frames, SessionSettings settings, CancellationToken ended)
{
    private const int Top = 9;

    private readonly ConcurrentDictionary<string, LayerSearch> _layers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Layer, int Channel, ReversalOptions Rules), Lazy<IReadOnlyList<StrongAnswer>>> _pictures = new();

    /// <summary>Gives the strongest nine of a map, or how far the search is; the first question of a layer begins it.</summary>
    public StrongestAnswer Of(LayerAnswer layer, int channel, ReversalOptions rules)
    {
        var search = _layers.GetOrAdd(layer.Name, name => new LayerSearch(progress => Search(name, progress)));
        if (!search.Found.IsCompleted) return new StrongestAnswer(search.Done, frames.Count, null);
        if (search.Found.Exception is { InnerException: { } failure }) throw failure;
        var tops = search.Found.Result.FirstOrDefault(m => m.Channel == channel);
        var pictures = tops is null ? [] : _pictures.GetOrAdd((layer.Name, channel, rules), _ => new(() => Draw(tops, rules))).Value;
        return new StrongestAnswer(frames.Count, frames.Count, pictures);
    }

    private StrongAnswer[] Draw(MapTops tops, ReversalOptions rules) =>
        [.. FeatureGallery.Draw(net, [tops], frames, rules.ToRules(), settings, cancellation: ended)[0].Pictures.Select(p => new StrongAnswer(
            p.Source.Image, p.Source.Unit.Y, p.Source.Unit.X, p.Source.Activation, p.Projection.ToDataUri(), p.Patch.ToDataUri()))];

    private IReadOnlyList<MapTops> Search(string layer, IProgress<int> progress) =>
        TopActivations.Find(net, [layer], Top, frames.Count, frames.Fill, settings, progress: progress, cancellation: ended);

    /// <summary>One pass over the collection.</summary>
    private sealed class LayerSearch : IProgress<int>
    {
        private int _done;

        public LayerSearch(Func<IProgress<int>, IReadOnlyList<MapTops>> search) => Found = Task.Run(() => search(this));

        public Task<IReadOnlyList<MapTops>> Found { get; }

        public int Done => Volatile.Read(ref _done);

        public void Report(int value) => Volatile.Write(ref _done, value);
    }
}
