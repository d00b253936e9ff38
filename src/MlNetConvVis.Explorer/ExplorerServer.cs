using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Explorer;

/// <summary>
/// Serves the explorer: one page and the JSON answers it lives on (docs/explorer.md). Nothing of a request reaches the file system: photos, networks and layers
/// are named by numbers and by names that are looked up in what was opened before.
/// </summary>
public sealed class ExplorerServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ExplorerApi _api;

    private ExplorerServer(WebApplication application, ExplorerApi api) => (_application, _api) = (application, api);

    /// <summary>Gets the page's address, with the token where one is wanted.</summary>
    public Uri Address { get; private set; } = new("http://localhost/");

    /// <summary>Reads the photos as the networks see them and begins to listen.</summary>
    /// <param name="nets">One or two networks, which say how photos become their input.</param>
    /// <param name="photos">The collection; its photos stay in memory, 3 bytes a pixel of each network's input.</param>
    /// <param name="options">Where to listen, and what is allowed.</param>
    /// <param name="progress">Receives how many photos were read, for each network from the beginning.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The server; disposing of it ends it.</returns>
    /// <exception cref="ArgumentException">No network, or another address than a loopback one without a token.</exception>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<ExplorerServer> Start(
        IReadOnlyList<ConvNet> nets, IReadOnlyList<ImageSource> photos, ExplorerOptions options, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(nets);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(options);
        if (nets.Count == 0) throw new ArgumentException("No network came; one or more were wanted.", nameof(nets));
        if (options.Token is null && !IPAddress.IsLoopback(options.Address))
            throw new ArgumentException($"{options.Address} can be reached from other machines; a token was wanted.", nameof(options));
        var api = new ExplorerApi(nets, Read(nets, photos, progress, cancellation), options);
        var server = new ExplorerServer(Build(options), api);
        try
        {
            server._application.Use(next => context => new AccessGuard(options).Invoke(context, next));
            ExplorerPage.Map(server._application);
            api.Map(server._application);
            await server._application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        server.Address = AddressOf(server._application, options);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _api.End();
        await _application.DisposeAsync().ConfigureAwait(false);
        _api.Dispose();
    }

    private static WebApplication Build(ExplorerOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MostUploadBytes;
            kestrel.Listen(options.Address, options.Port);
        });
        return builder.Build();
    }

    private static Uri AddressOf(WebApplication application, ExplorerOptions options)
    {
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return options.Token is { } token ? new Uri(new Uri(bound), $"/?token={Uri.EscapeDataString(token)}") : new Uri(bound);
    }

    /// <summary>Photos that one of the networks cannot take are left out for all, so that numbers mean the same.</summary>
    private static (ImageSource[] Photos, ImageFrames[] Frames) Read(
        IReadOnlyList<ConvNet> nets, IReadOnlyList<ImageSource> photos, IProgress<int>? progress, CancellationToken cancellation)
    {
        ImageSource[] left = [.. photos];
        while (true)
        {
            ImageFrames[] frames = [.. nets.Select(n => ImageFrames.Load(left, n.RequirePreprocessing(), progress: progress, cancellation: cancellation))];
            var common = frames.Select(static f => f.Sources).Aggregate(static (a, b) => [.. a.Intersect(b)]);
            if (common.Count == left.Length) return (left, frames);
            left = [.. common.Select(i => left[i])];
        }
    }

    /// <summary>Signals of the process belong to the program, not to this part of it.</summary>
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
