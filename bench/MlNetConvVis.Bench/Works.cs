using MlNetConvVis.Analysis;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;

namespace MlNetConvVis.Bench;

/// <summary>Something that can be run again and again.</summary>
internal interface IWork : IDisposable
{
    /// <summary>Runs it once; this is what is timed.</summary>
    void Run();

    /// <summary>Gets the mean absolute value of what the latest run gave, to see that both sides computed the same.</summary>
    double Mean();

    /// <summary>Gets the share of unseen rows that the latest run's result labels rightly; null for work that learns nothing.</summary>
    double? Accuracy() => null;
}

/// <summary>Forward to a layer, through the public extractor.</summary>
internal sealed class FeatureWork(Subject subject, string layer, bool switches, SessionSettings settings) : IWork
{
    private readonly FeatureExtractor _extractor = new(subject.Net, [layer], switches, settings, subject.Batch);
    private FeatureBatch? _latest;

    public void Run() => _extractor.Run(subject.Batch, Fill, (_, _, features) => _latest = features);

    public double Mean() => Measure.MeanMagnitude(_latest!.Floats(layer));

    /// <summary>Finds the strongest unit of each image.</summary>
    public Unit[] StrongestUnits()
    {
        Run();
        var shape = subject.Net.ShapeOf(layer);
        var length = (int)shape.ItemCount();
        return [.. Enumerable.Range(0, subject.Batch).Select(i => Unit.Strongest(_latest!.Floats(layer).Slice(i * length, length), shape))];
    }

    public void Dispose() => _extractor.Dispose();

    private void Fill(int index, Span<float> image) => subject.Images.AsSpan(index * image.Length, image.Length).CopyTo(image);
}

/// <summary>The paper's deconvnet of one unit an image: forward and back, in one graph.</summary>
internal sealed class ProjectionWork(Subject subject, string layer, Unit[] units, SessionSettings settings) : IWork
{
    private readonly Projector _projector = new(subject.Net, layer, ReversalRules.Paper, settings, subject.Batch);
    private readonly float[] _projections = new float[subject.Images.Length];
    private readonly float[] _activations = new float[subject.Batch];

    public void Run() => _projector.Project(subject.Images, units, _projections, _activations);

    public double Mean() => Measure.MeanMagnitude(_projections);

    public void Dispose() => _projector.Dispose();
}

/// <summary>The way back alone: a unit of each image, given what the forward pass left.</summary>
internal sealed class ReverseWork : IWork
{
    private readonly Projector _projector;
    private readonly Unit[] _units;
    private readonly int[] _images;
    private readonly float[] _projections;
    private readonly float[] _activations;

    public ReverseWork(Subject subject, string layer, Unit[] units, SessionSettings settings)
    {
        _projector = new Projector(subject.Net, layer, ReversalRules.Paper, settings, subject.Batch);
        (_units, _images) = (units, [.. Enumerable.Range(0, subject.Batch)]);
        (_projections, _activations) = (new float[subject.Images.Length], new float[subject.Batch]);
        _projector.See(subject.Images);
    }

    public void Run() => _projector.Project(_images, _units, _projections, _activations);

    public double Mean() => Measure.MeanMagnitude(_projections);

    public void Dispose() => _projector.Dispose();
}

/// <summary>The paper's figure 2: the strongest activations of some maps of each layer over a collection, each projected.</summary>
internal sealed class FigureWork(Subject subject, byte[] photos, Case work, SessionSettings settings) : IWork
{
    private IReadOnlyList<MapProjections> _latest = [];

    public void Run()
    {
        var tops = TopActivations.Find(subject.Net, work.Layers, work.Top, work.Photos, Fill, settings, batch: 16);
        _latest = TopProjections.Of(subject.Net, [.. tops.Where(t => t.Channel < work.Maps)], Fill, ReversalRules.Paper, settings);
    }

    /// <summary>Maps that no photo activates have no projections here, and projections of zeros in the peer.</summary>
    public double Mean() => _latest.SelectMany(static m => m.Projections)
        .Sum(p => p.Values.Sum(static v => Math.Abs((double)v))) / (work.Layers.Count * work.Maps * work.Top);

    public void Dispose()
    {
    }

    /// <summary>Bytes from 0 to 255 around their middle; they take a quarter of the memory of floats.</summary>
    private void Fill(int index, Span<float> image)
    {
        var own = photos.AsSpan(index * image.Length, image.Length);
        for (var i = 0; i < image.Length; i++) image[i] = own[i] - 128f;
    }
}

/// <summary>The paper's figure 7: the scores of one image with a square of zeros at every place, and the activity of a map.</summary>
internal sealed class OcclusionWork : IWork
{
    private readonly OccludedForward _forward;
    private readonly float[] _image;
    private readonly float[] _scores;

    public OcclusionWork(Subject subject, Case work, SessionSettings settings)
    {
        _image = subject.Images[..(subject.Images.Length / subject.Batch)];
        var side = (int)Math.Sqrt(_image.Length / 3);
        var grid = new OccluderGrid(side, side, work.Size, work.Size, work.Stride);
        _forward = new OccludedForward(subject.Net, "conv5", grid, settings, work.Batch);
        _scores = new float[grid.Count * work.Classes];
    }

    public void Run()
    {
        _forward.See(_image, new float[_image.Length]);
        _forward.Run(0, (place, scores, _) => scores.CopyTo(_scores.AsSpan(place * scores.Length)));
    }

    public double Mean() => Measure.MeanMagnitude(_scores);

    public void Dispose() => _forward.Dispose();
}

/// <summary>Steps of training without dropout: forward, loss, gradients, update, with the parameters in the runtime's memory.</summary>
internal sealed class TrainingWork : IWork
{
    private readonly Subject _subject;
    private readonly TrainingStep _step;
    private readonly IStatefulSession _session;
    private readonly long[] _labels;
    private readonly float _rate;
    private readonly int _steps;

    public TrainingWork(Subject subject, float rate, SessionSettings settings, int steps)
    {
        (_subject, _rate, _steps) = (subject, rate, steps);
        _labels = [.. Enumerable.Range(0, subject.Batch).Select(i => (long)(i % subject.Classes))];
        var image = subject.Network.Graph.Inputs[0];
        var graph = subject.Network.Graph.With(inputs: [image with { Shape = image.Shape!.With(0, subject.Batch) }]);      // as the trainer does
        var sgd = new SgdOptions { Momentum = 0.9f, FilterRmsLimit = null };
        _step = TrainingGraph.Of(graph, sgd);
        _session = new OnnxTrainingEngine().Open(graph, sgd, _step, subject.Batch, settings);
    }

    public void Run()
    {
        for (var i = 0; i < _steps; i++)
        {
            _subject.Images.CopyTo(_session.Floats(_step.Images));
            _labels.CopyTo(_session.Longs(_step.Labels));
            _session.Floats(_step.LearningRate)[0] = _rate;
            _session.Run();
        }
    }

    public double Mean() => _session.Floats(_step.Loss)[0];

    public void Dispose() => _session.Dispose();
}

/// <summary>Steps of the trainer as <c>train</c> makes them: pictures varied by the modern recipe and brought into batches while the step before computes.</summary>
internal sealed class TrainingLoopWork : IWork
{
    private const int Endless = 100_000;

    private readonly TrainingRun _run;

    public TrainingLoopWork(Subject subject, int steps, SessionSettings settings)
    {
        var (spec, random, count) = (subject.Network.Spec, new SplitMix64(5), steps * subject.Batch);
        var pictures = Enumerable.Range(0, count).Select(_ => Picture(spec.Input.Width, spec.Input.Height, random)).ToArray();
        var set = new TrainingSet(
            new PixelStore(pictures), [.. Enumerable.Range(0, count).Select(i => i % subject.Classes)],
            [.. Enumerable.Range(0, subject.Classes).Select(static c => $"class {c}")], [.. Enumerable.Range(0, count)], [],
            TrainedNetwork.PreprocessingOf(spec));
        var options = TrainingOptions.Modern with { Epochs = Endless, BatchSize = subject.Batch, Device = settings.Device, Threads = settings.Threads };
        _run = new TrainingRun(subject.Network, set, options, new OnnxTrainingEngine());
    }

    public void Run() => _run.RunEpoch(null, CancellationToken.None);

    public double Mean() => _run.Epochs[^1].TrainingLoss;

    public void Dispose() => _run.Dispose();

    private static RgbImage Picture(int width, int height, SplitMix64 random)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(random.Next() >> 56);
        return new RgbImage(width, height, pixels);
    }
}

/// <summary>Photos from files to tensors: decode, resize, crop, subtract.</summary>
internal sealed class ImageWork : IWork
{
    private readonly ImageLoader _loader;
    private readonly string[] _files;
    private readonly float[] _tensors;

    public ImageWork(string folder, int threads)
    {
        var preprocessing = new ImagePreprocessing { Width = 224, Height = 224, ShortestSide = 256, Mean = new ChannelValues(123.68f, 116.779f, 103.939f) };
        _loader = new ImageLoader(preprocessing, new ImageLoaderOptions { Threads = threads, Strict = true });
        _files = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
        _tensors = new float[_files.Length * preprocessing.TensorLength];
    }

    public void Run() => _loader.Load(_files, _tensors);

    public double Mean() => Measure.MeanMagnitude(_tensors);

    public void Dispose()
    {
    }
}

/// <summary>What both sides are compared by.</summary>
internal static class Measure
{
    public static double MeanMagnitude(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += Math.Abs(value);
        return sum / values.Length;
    }
}
