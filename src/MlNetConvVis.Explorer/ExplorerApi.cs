using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Explorer;

/// <summary>The JSON answers.</summary>
internal sealed class ExplorerApi : IDisposable
{
    private const int LongestName = 200;

    private readonly CancellationTokenSource _ended = new();
    private readonly ExplorerOptions _options;
    private readonly PhotoShelf _photos;
    private readonly ExploredModel[] _models;
    private readonly StrongestSearch[] _searches;

    public ExplorerApi(IReadOnlyList<ConvNet> nets, (ImageSource[] Photos, ImageFrames[] Frames) collection, ExplorerOptions options)
    {
        _options = options;
        var fixedNets = nets.Select(static n => n.OfSize(n.RequirePreprocessing().Height, n.RequirePreprocessing().Width)).ToArray();
        _photos = new PhotoShelf(
            collection.Photos, [.. fixedNets.Select(static n => n.RequirePreprocessing())],
            [.. collection.Frames.Select(static f => Enumerable.Range(0, f.Count).Select(i => f[i]).ToArray())]);
        _models = [.. fixedNets.Select((n, i) => new ExploredModel(i, n, _photos, options.Session))];
        var behind = options.Session with { Threads = Math.Max(1, options.Session.ThreadCount / 2) };      // so that clicks do not wait for a search
        _searches = [.. fixedNets.Select((n, i) => new StrongestSearch(n, collection.Frames[i], behind, _ended.Token))];
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        Answer(routes, "/api/state", _ => State());
        Answer(routes, "/api/maps", q => Model(q).Maps(Photo(q), Layer(q)));
        Answer(routes, "/api/activity", q => Model(q).Activity(Photo(q), Layer(q), Channel(q)));
        Answer(routes, "/api/projection", Projection);
        Answer(routes, "/api/strongest", q => _searches[ModelNumber(q)].Of(Layer(q), Channel(q), q.Rules(_options.Rules)));
        Answer(routes, "/api/labels", Labels);
        Answer(routes, "/api/rectangle", Rectangle);
        Answer(routes, "/api/warm", q =>
        {
            Model(q).Warm(Photo(q), Layer(q), q.Rules(_options.Rules));
            return true;
        });
        routes.MapGet("/api/picture", Guarded(Picture));
        routes.MapPost("/api/photos", Guarded(Receive));
    }

    public void End() => _ended.Cancel();

    public void Dispose()
    {
        foreach (var model in _models) model.Dispose();
        _ended.Dispose();
    }

    private static void Answer(IEndpointRouteBuilder routes, string path, Func<RequestQuery, object> answer) => routes.MapGet(
        path, Guarded(context => Task.Run(() => Results.Json(answer(new RequestQuery(context.Request.Query))))));

    private static RequestDelegate Guarded(Func<HttpContext, Task<IResult>> work) => context => Answer(context, work);

    /// <summary>What cannot be answered is said as JSON, with a status that fits.</summary>
    private static async Task Answer(HttpContext context, Func<HttpContext, Task<IResult>> work)
    {
        IResult result;
        try
        {
            result = await work(context).ConfigureAwait(false);
        }
        catch (RequestException e)
        {
            result = Results.Json(new ErrorAnswer(e.Message), statusCode: e.Status);
        }
        catch (Exception e) when (e is GraphException or ImageDecodeException or ImageCodecMissingException)
        {
            result = Results.Json(new ErrorAnswer(e.Message), statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        catch (BadHttpRequestException e)
        {
            result = Results.Json(new ErrorAnswer(e.Message), statusCode: e.StatusCode);
        }
        catch (OperationCanceledException)
        {
            result = Results.Json(new ErrorAnswer("The explorer is ending."), statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    private StateAnswer State() => new(
        [.. _models.Select(static (m, i) => new ModelAnswer(
            i, Path.GetFileName(m.Net.File ?? "network"), m.Net.Hash, m.Net.RequirePreprocessing().Width, m.Net.RequirePreprocessing().Height, m.Labels is not null, m.Layers))],
        _photos.Names, _photos.Collected, new RulesAnswer(_options.Rules.Preset, Word(_options.Rules.Overlap)), [.. ReversalRules.Presets.Select(static p => p.Name)],
        [.. Enum.GetValues<Overlap>().Select(static o => Word(o))], _options.MostUploadBytes,
        typeof(ExplorerApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "");

    private ProjectionAnswer Projection(RequestQuery q)
    {
        var (model, photo, layer, channel) = (Model(q), Photo(q), Layer(q), Channel(q));
        var (row, column) = (q.WholeOrNone("row", layer.Height), q.WholeOrNone("column", layer.Width));
        if ((row is null) != (column is null)) throw new RequestException(StatusCodes.Status400BadRequest, "'row' and 'column' belong together; one of them is missing.");
        if (row is not { } y || column is not { } x)
        {
            var activity = model.Activity(photo, layer, channel);
            (y, x) = (activity.Row, activity.Column);
        }

        return model.Project(photo, layer, new Unit(channel, y, x), q.Rules(_options.Rules));
    }

    private RectangleAnswer Rectangle(RequestQuery q)
    {
        var seen = Model(q).Net.RequirePreprocessing();
        var asked = new PixelWindow(q.Whole("x", seen.Width), q.Whole("y", seen.Height), q.Whole("width", seen.Width + 1), q.Whole("height", seen.Height + 1));
        var (file, window) = _photos.InFile(ModelNumber(q), Photo(q), asked);
        return new RectangleAnswer(file, [window.X, window.Y, window.Width, window.Height]);
    }

    private LabelsAnswer Labels(RequestQuery q)
    {
        var labels = Model(q).Labels ?? throw new RequestException(StatusCodes.Status422UnprocessableEntity, "This network's output is no score a class.");
        if (q.WholeOrNone("side", 1 << 16) is not { } side) return labels.Of(Photo(q), null);
        return labels.Of(Photo(q), (q.Whole("x", 1 << 16), q.Whole("y", 1 << 16), side));
    }

    private Task<IResult> Picture(HttpContext context) => Task.Run(() =>
    {
        var query = new RequestQuery(context.Request.Query);
        return Results.Bytes(ImageCodecs.Default.EncodePng(_photos.Frame(ModelNumber(query), Photo(query))), "image/png");
    });

    /// <summary>A header of our own keeps forms of other pages out: browsers ask before they send it.</summary>
    private async Task<IResult> Receive(HttpContext context)
    {
        var given = context.Request.Headers["X-Photo-Name"] is [{ Length: > 0 } header] ? Uri.UnescapeDataString(header) : throw new RequestException(
            StatusCodes.Status400BadRequest, "The header 'X-Photo-Name' is missing; the photo's name was wanted there, percent-encoded.");
        var name = Path.GetFileName(given.Replace('\\', '/'));
        if (name.Length == 0) name = "photo";
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted).ConfigureAwait(false);
        var photo = await Task.Run(() => _photos.Add(content.ToArray(), name.Length > LongestName ? name[..LongestName] : name, _options)).ConfigureAwait(false);
        return Results.Json(new PhotoAnswer(photo, name), statusCode: StatusCodes.Status201Created);
    }

    private static string Word<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();

    private int ModelNumber(RequestQuery q) => q.WholeOrNone("model", _models.Length) ?? 0;

    private ExploredModel Model(RequestQuery q) => _models[ModelNumber(q)];

    private int Photo(RequestQuery q) => q.Whole("photo", _photos.Count);

    private LayerAnswer Layer(RequestQuery q) => Model(q).Layer(q.Text("layer"));

    private int Channel(RequestQuery q) => q.Whole("channel", Layer(q).Maps);
}
