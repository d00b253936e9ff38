using System.Net;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Explorer;

/// <summary>Where the explorer listens, and what it allows.</summary>
public sealed record ExplorerOptions
{
    /// <summary>Gets the address to listen on.</summary>
    /// <value>The default is 127.0.0.1: this machine only.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Gets the port; 0 takes a free one.</summary>
    /// <value>The default is 0.</value>
    public int Port { get; init; }

    /// <summary>Gets what a caller has to know; null: nothing, which only a loopback address may do.</summary>
    /// <value>The default is null.</value>
    public string? Token { get; init; }

    /// <summary>Gets the rules that projections begin with.</summary>
    /// <value>The default is the deconvnet of Zeiler and Fergus.</value>
    public ReversalOptions Rules { get; init; } = ReversalOptions.Of("paper");

    /// <summary>Gets device and threads.</summary>
    public SessionSettings Session { get; init; } = new();

    /// <summary>Gets the largest photo that may be sent, in bytes.</summary>
    /// <value>The default is 20 million.</value>
    public long MostUploadBytes { get; init; } = 20_000_000;

    /// <summary>Gets the pixels that a photo that is sent may have.</summary>
    /// <value>The default is 50 million.</value>
    public long MostUploadPixels { get; init; } = 50_000_000;

    /// <summary>Gets how many photos may be sent; they stay in memory until the explorer ends.</summary>
    /// <value>The default is 64.</value>
    public int MostUploads { get; init; } = 64;
}
