using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Explorer;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Serve;

/// <summary><c>serve</c>: a page to play with a network.</summary>
internal sealed class ServeVerb : Verb
{
    private const int MostPhotos = 2000;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _beside = new("--beside", "N.onnx", "an ONNX file", "a second network, to look at side by side; it must say itself how photos become its input");
    private readonly ValueOption _images = new(
        "--images", "PATH", "a folder, a .tar or .tar.gz archive or a list of photos", "photos to begin with; more can be dragged into the page");
    private readonly ValueOption _most = new(
        "--most", "N", "a whole number of 1 or more", $"photos of the collection that are kept in memory, the first ones; default {MostPhotos}");
    private readonly ValueOption _port = new("--port", "N", "a whole number from 0 to 65535", "where the page is; 0 takes a free one; default 5000");
    private readonly ValueOption _listen = new(
        "--listen", "ADDRESS", "an IP address such as 0.0.0.0", "let other machines in; who comes needs the token in the address that is printed");
    private readonly ValueOption _token = new("--token", "TEXT", "16 characters or more", "with --listen: the token, in place of one drawn by lot");
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public ServeVerb()
        : base("serve", "a page to play with a network: its maps, what they respond to, an occluder to drag")
    {
        Takes([_model, _beside, _images, _most, _port, _listen, _token, .. _rules.All, .. _modelOptions.All]);
    }

    public override string Details =>
        "Prints an address to open in a browser; Ctrl+C ends it. The page shows every map of a layer for a photo, the projection of a unit (click a map, then a " +
        "place in it), the map's strongest nine over the collection, and how probabilities move under an occluder. It needs no network and writes nothing. " +
        $"Only this machine gets in unless --listen says otherwise. docs/explorer.md has the keys, and the JSON it lives on.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model models/zfnet64-tiny-imagenet.onnx --images photos",
        "--model net.onnx --beside other.onnx --images photos --port 8080",
        "--model net.onnx --images photos --listen 0.0.0.0",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var options = Options(given, terminal);
        var nets = new List<ConvNet> { _modelOptions.Load(given, given.Required(_model), terminal) };
        if (given.Text(_beside) is { } other) nets.Add(ConvNet.Load(other));
        foreach (var net in nets) _ = net.RequirePreprocessing();
        var photos = Collection(given, terminal);
        var server = terminal.WithProgress(p => Start(nets, photos, options, p, terminal));
        try
        {
            terminal.Line($"{server.Address}");
            terminal.Output.Flush();
            terminal.Note("Ctrl+C ends it.");
            terminal.Cancellation.WaitHandle.WaitOne();
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return ExitCode.Ok;
    }

    private static ExplorerServer Start(
        IReadOnlyList<ConvNet> nets, IReadOnlyList<ImageSource> photos, ExplorerOptions options, WorkProgress progress, Terminal terminal)
    {
        var reading = progress.Counting("Reading", "photo", photos.Count);
        return ExplorerServer.Start(nets, photos, options, reading, terminal.Cancellation).GetAwaiter().GetResult();
    }

    private IReadOnlyList<ImageSource> Collection(Arguments given, Terminal terminal)
    {
        var most = given.Whole(_most, 1) ?? MostPhotos;
        if (given.Text(_images) is not { } path) return [];
        var all = Photos.Find(path).Sources();
        if (all.Length > most)
        {
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture, $"'{path}' holds {all.Length:N0} photos; the page has the first {most:N0} of them ({_most.Name} N takes more)."));
        }

        return [.. all.Take(most)];
    }

    private ExplorerOptions Options(Arguments given, Terminal terminal)
    {
        var options = new ExplorerOptions { Port = given.Whole(_port, 0, 65_535) ?? 5000, Rules = _rules.Given(given), Session = Common.Session(given, terminal) };
        var token = given.Text(_token);
        if (token is { Length: < 16 }) throw Arguments.Wrong(_token, token);
        if (given.Text(_listen) is not { } text)
        {
            return token is null ? options : throw new UsageException(
                $"{_token.Name} was given, but only this machine gets in without {_listen.Name}; {_listen.Wanted} was wanted there.");
        }

        if (!IPAddress.TryParse(text, out var address)) throw Arguments.Wrong(_listen, text);
        return options with { Address = address, Token = token ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) };
    }
}
