using MlNetConvVis.Features;
using MlNetConvVis.Runtime;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>Another way through the transfer experiment than this product's own features and heads, such as ML.NET's. Protocol, splits, tables and report stay
/// the same.</summary>
public interface ITransferEngine
{
    /// <summary>Gets its name in sentences.</summary>
    string Name { get; }

    /// <summary>Reads the photos through the network.</summary>
    /// <param name="task">The network and the photos.</param>
    /// <param name="progress">Told how many photos are done.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PipelineException">A photo cannot be read.</exception>
    ITransferChain Open(TransferTask task, Action<int> progress, CancellationToken cancellation);
}

/// <summary>What a transfer engine works on.</summary>
/// <param name="Net">The network, with averages of a layer that is too large.</param>
/// <param name="Layer">The layer that is read.</param>
/// <param name="Files">The photos' files.</param>
/// <param name="Labels">The class of each, by name.</param>
/// <param name="Settings">Device and threads.</param>
public sealed record TransferTask(ConvNet Net, string Layer, IReadOnlyList<string> Files, IReadOnlyList<string> Labels, SessionSettings Settings);

/// <summary>Photos as features, heads fitted on some of them.</summary>
public interface ITransferChain : IDisposable
{
    /// <summary>Gets the features of each photo, all of one length.</summary>
    IReadOnlyList<ReadOnlyMemory<float>> Features { get; }

    /// <summary>Fits a softmax on some photos and classifies others.</summary>
    /// <param name="train">The rows to fit on.</param>
    /// <param name="test">The rows to classify.</param>
    /// <param name="classes">The class names, whose places are the answers.</param>
    /// <param name="options">How it is fitted.</param>
    FoldPrediction Classify(IReadOnlyList<int> train, IReadOnlyList<int> test, IReadOnlyList<string> classes, HeadOptions options);

    /// <summary>Fits on all photos and saves the whole way from files to classes.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="options">How it is fitted.</param>
    void Save(string folder, HeadOptions options);
}
