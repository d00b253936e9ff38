using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>What the steps of one run share.</summary>
internal sealed class PipelineContext(PipelineSpec spec, RunFolder folder, SessionSettings settings, IPipelineObserver observer, CancellationToken cancellation)
    : IDisposable
{
    private ConvNet? _trained;
    private FeatureCache? _cache;
    private NetworkSpec? _shape;
    private ITransferChain? _chain;

    public PipelineSpec Spec => spec;

    public RunFolder Folder => folder;

    public SessionSettings Settings => settings;

    public IPipelineObserver Observer => observer;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Gets or sets the images; the data step sets them in every run.</summary>
    public PipelineData Data { get; set; } = null!;

    /// <summary>Gets the network that the run is about.</summary>
    public ConvNet Network => _trained ??= spec.Loaded ?? ConvNet.Load(NetworkFile);

    public FeatureCache Cache => _cache ??= new FeatureCache(spec.Cache ?? folder.In("cache"));

    public string NetworkFile => spec.Model ?? folder.In("train", "model.onnx");

    /// <summary>Gets the spec of the network: that of the training, or what a network of our own carries with it.</summary>
    public NetworkSpec Shape => _shape ??= spec.Train is { } train ? NetworkSpec.Read(train.Spec)
        : Network.Original.Metadata.TryGetValue(NetworkMetadata.SpecKey, out var text) ? NetworkSpec.Parse(text, NetworkFile)
        : throw new PipelineException($"'{NetworkFile}' does not carry its spec, so that no network of the same shape can be made. " +
            "'beside-untrained' and 'beside-from-scratch' need a network that convvis trained; leave them out.");

    /// <summary>Gets the untrained network of the same shape, which the training or the features step writes.</summary>
    public string UntrainedFile => folder.In(spec.Train is null ? "features" : "train", "untrained.onnx");

    /// <summary>Reads the target photos through the transfer's own engine, once in a run.</summary>
    public ITransferChain Chain(Func<ITransferChain> open) => _chain ??= open();

    public int Threads => settings.ThreadCount;

    /// <summary>Gets how photos are decoded; a broken one is left out.</summary>
    public ImageLoaderOptions Loading => new() { Threads = Threads };

    public void Dispose() => _chain?.Dispose();
}
