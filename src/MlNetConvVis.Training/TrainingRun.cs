using System.Diagnostics;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Training;

/// <summary>A network under training: the step's session, the batches, and what came of the epochs so far.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly CompiledNetwork _network;
    private readonly TrainingSet _set;
    private readonly TrainingOptions _options;
    private readonly TrainingStep _step;
    private readonly IStatefulSession _session;
    private readonly BatchSource _source;
    private readonly List<EpochMetrics> _epochs = [];
    private readonly Stopwatch _clock = new();
    private IReadOnlyList<EpochMetrics> _history = [];
    private long _stepsHere;

    public TrainingRun(CompiledNetwork network, TrainingSet set, TrainingOptions options, ITrainingEngine engine)
    {
        (_network, _set, _options, PlannedEpochs) = (network, set, options, options.Epochs);
        var image = network.Graph.Inputs[0];
        var batch = BatchSource.BatchSizeFor(set, options);
        // a fixed batch lets the runtime plan its memory once
        var graph = network.Graph.With(inputs: [image with { Shape = image.Shape!.With(0, batch) }]);
        var sgd = options.ToSgd();
        _step = TrainingGraph.Of(graph, sgd, network.DropoutRates);
        _source = new BatchSource(set, options, _step.Masks);
        _session = engine.Open(graph, sgd, _step, batch, options.ToSettings());
    }

    public IReadOnlyList<EpochMetrics> Epochs => _epochs;

    public int PlannedEpochs { get; private set; }

    public bool IsDone => _epochs.Count >= PlannedEpochs || StoppedEarly;

    /// <summary>Gets whether the validation error has fallen no more for as long as patience allows; follows from the epochs alone, so a resumed run stops
    /// where an uninterrupted one does.</summary>
    public bool StoppedEarly => _options.Patience is { } patience && ValidationTrend.EpochsWithoutBetter(_epochs) >= patience;

    public void Restore(Checkpoint checkpoint)
    {
        _session.WriteState(checkpoint.State);
        _epochs.AddRange(checkpoint.Epochs);
        _history = [.. _epochs];
        PlannedEpochs = checkpoint.PlannedEpochs;
    }

    public IReadOnlyDictionary<string, OnnxTensor> ReadState() => _session.ReadState();

    /// <summary>Gets the network as it stands now, in the form it is used in.</summary>
    public OnnxGraph CurrentNetwork() => TrainedNetwork.Of(_network, _step.State, _session.ReadState(), _set);

    public void RunEpoch(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var epoch = _epochs.Count + 1;
        var whole = Stopwatch.StartNew();
        _clock.Start();
        var sums = new EpochSums(epoch, _source.StepsPerEpoch, _source.BatchSize);
        TrainingBatch? last = null;
        foreach (var batch in _source.Epoch(epoch))
        {
            cancellation.ThrowIfCancellationRequested();
            last = batch;
            Step(batch, sums);
            progress?.Report(Progress(sums, null));
        }

        var metrics = sums.ToMetrics(whole.Elapsed);
        if (_set.Validation.Count > 0)
        {
            var checkedOn = Validation.Measure(CurrentNetwork(), _network.Logits, _set, _set.Validation, _options.ToSettings(), cancellation);
            metrics = metrics with { ValidationLoss = checkedOn.Loss, ValidationAccuracy = checkedOn.Accuracy, ValidationTop5 = checkedOn.Top5 };
        }

        StopIfBroken(metrics.ValidationLoss, last!, sums);
        _epochs.Add(metrics);
        _history = [.. _epochs];
        if (epoch == 1 && _options.TimeBudget is { } budget)
            PlannedEpochs = (int)Math.Clamp(budget / whole.Elapsed, 1, PlannedEpochs);
        _clock.Stop();
        progress?.Report(Progress(sums, metrics));
    }

    public void Dispose() => _session.Dispose();

    private void Step(TrainingBatch batch, EpochSums sums)
    {
        var rate = _options.LearningRate.At(sums.Epoch - 1 + ((double)sums.Done / sums.Steps), PlannedEpochs, _epochs);
        batch.Images.CopyTo(_session.Floats(_step.Images));
        batch.Labels.CopyTo(_session.Longs(_step.Labels));
        foreach (var (place, mask) in _step.Masks.Index()) batch.Masks[place].CopyTo(_session.Floats(mask.Name));
        _session.Floats(_step.LearningRate)[0] = rate;
        _session.Run();
        _stepsHere++;
        var loss = _session.Floats(_step.Loss)[0];
        sums.Add(loss, _session.Longs(_step.Correct)[0], rate);
        if (!float.IsFinite(loss))
            throw Divergence.Explain(_network.Graph, _step, _session.ReadPreviousState(), batch, _options.ToSettings(), (sums.Epoch, sums.Done, loss, rate));
    }

    /// <summary>The last step of an epoch may break what no training loss shows any more: nothing of that is to be saved.</summary>
    private void StopIfBroken(double? validationLoss, TrainingBatch last, EpochSums sums)
    {
        var state = _session.ReadState();
        var at = (sums.Epoch, sums.Done, (float)(validationLoss ?? double.NaN), sums.Rate);
        if (!Divergence.IsWhole(state)) throw Divergence.Explain(_network.Graph, _step, state, last, _options.ToSettings(), at);
        if (!double.IsFinite(validationLoss ?? 0)) throw Divergence.ExplainInUse(CurrentNetwork(), last, _options.ToSettings(), at);
    }

    private TrainingProgress Progress(EpochSums sums, EpochMetrics? finished)
    {
        var left = ((long)(PlannedEpochs - sums.Epoch) * sums.Steps) + sums.Steps - sums.Done;
        var remaining = _stepsHere == 0 ? (TimeSpan?)null : _clock.Elapsed / _stepsHere * left;
        return new TrainingProgress(
            sums.Epoch, PlannedEpochs, sums.Done, sums.Steps, sums.Loss, sums.Accuracy, sums.Rate, sums.ImagesPerSecond, _clock.Elapsed, remaining,
            finished, _history);
    }

    /// <summary>Sums over the steps of an epoch.</summary>
    private sealed class EpochSums(int epoch, int steps, int batch)
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private double _loss;
        private long _correct;

        public int Epoch => epoch;

        public int Steps => steps;

        public int Done { get; private set; }

        public float Rate { get; private set; }

        public double Loss => _loss / Done;

        public double Accuracy => (double)_correct / ((long)Done * batch);

        public double ImagesPerSecond => Done * batch / Math.Max(_clock.Elapsed.TotalSeconds, 1e-9);

        public void Add(float loss, long correct, float rate)
        {
            (_loss, _correct, Rate) = (_loss + loss, _correct + correct, rate);
            Done++;
        }

        public EpochMetrics ToMetrics(TimeSpan time) =>
            new(epoch, Rate, Loss, Accuracy, null, null, time.TotalSeconds, Done * batch / Math.Max(time.TotalSeconds, 1e-9));
    }
}
