using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MlNetConvVis.Explorer;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Explorer;

/// <summary>The explorer's answers, and whom it gives them to.</summary>
public sealed class ExplorerApiTests : IDisposable
{
    private const string Unit = "photo=0&layer=block/relu&channel=1";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Units_have_the_values_of_the_photo_that_the_network_passes_on()
    {
        await using var server = await Serve();
        var strongest = await Get(server, "/api/projection?" + Unit);
        Assert.Equal((3, 3, 133f), (strongest.GetProperty("row").GetInt32(), strongest.GetProperty("column").GetInt32(), strongest.GetProperty("activation").GetSingle()));
        var chosen = await Get(server, $"/api/projection?{Unit}&row=2&column=0&rule=gradient");
        Assert.Equal(120, chosen.GetProperty("activation").GetSingle());
        Assert.Equal([0, 2, 1, 1], chosen.GetProperty("field").EnumerateArray().Select(static v => v.GetInt32()));
        var whole = Picture(chosen.GetProperty("whole"));
        var unit = whole[0, 2];
        Assert.True(unit.G > 200 && unit.R == 128 && unit.B == 128, unit.ToString());      // green alone, at the unit's place
        Assert.Equal(new Rgb(128, 128, 128), whole[1, 2]);

        var activity = await Get(server, "/api/activity?" + Unit);
        Assert.Equal(
            Enumerable.Range(0, 16).Select(static i => (float)TinyModel.PixelAt(1, i / 4, i % 4)),
            activity.GetProperty("values").EnumerateArray().Select(static v => v.GetSingle()));
        var maps = await Get(server, "/api/maps?photo=1&layer=block/pool");
        Assert.Equal([43, 143, 243], maps.GetProperty("strongest").EnumerateArray().Select(static v => v.GetSingle()));
    }

    [Fact]
    public async Task The_strongest_photos_are_found_in_the_background()
    {
        await using var server = await Serve();
        JsonElement answer;
        do answer = await Get(server, "/api/strongest?layer=block/relu&channel=0");
        while (answer.GetProperty("pictures").ValueKind == JsonValueKind.Null);
        Assert.Equal(
            [(2, 53f), (1, 43f), (0, 33f)],
            answer.GetProperty("pictures").EnumerateArray().Select(static p => (p.GetProperty("photo").GetInt32(), p.GetProperty("activation").GetSingle())));
    }

    /// <summary>Probabilities are the softmax of mean maxima of 2x2 pixels: blue is ahead by so much that covering one corner moves nothing but the fourth digit.</summary>
    [Fact]
    public async Task A_covered_square_changes_probabilities()
    {
        await using var server = await Serve();
        var plain = await Get(server, "/api/labels?photo=0");
        Assert.Equal("blue", plain.GetProperty("labels")[0].GetProperty("name").GetString());
        var all = await Get(server, "/api/labels?photo=0&x=0&y=0&side=4");
        var covered = all.GetProperty("covered").GetProperty("probabilities").EnumerateArray().Select(static p => p.GetSingle()).ToArray();
        Assert.All(covered, static p => Assert.Equal(1 / 3f, p, 1e-6f));      // grey everywhere: all classes alike
    }

    [Theory]
    [InlineData("/api/projection?photo=0&layer=block/relu", 400, "'channel' is missing")]
    [InlineData("/api/projection?photo=0&layer=block/relu&channel=3", 400, "from 0 to 2")]
    [InlineData("/api/projection?photo=3&layer=block/relu&channel=0", 400, "from 0 to 2")]
    [InlineData("/api/projection?photo=-1&layer=block/relu&channel=0", 400, "'photo' is '-1'")]
    [InlineData("/api/projection?photo=0&layer=block/relu&channel=0&row=1", 400, "belong together")]
    [InlineData("/api/projection?photo=0&layer=block/relu&channel=0&row=4&column=0", 400, "from 0 to 3")]
    [InlineData("/api/projection?photo=0&layer=block/relu&channel=0&rule=magic", 400, "paper, guided, gradient")]
    [InlineData("/api/maps?photo=0&layer=../../etc/passwd", 404, "GET /api/state")]
    [InlineData("/api/maps?photo=0&layer=block/relu&model=1", 400, "from 0 to 0")]
    public async Task A_wrong_question_is_answered_with_what_was_wanted(string question, int status, string words)
    {
        await using var server = await Serve();
        using var answer = await _http.GetAsync(new Uri(server.Address, question), TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(words, await Error(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Photos_that_are_sent_are_limited()
    {
        await using var server = await Serve(static o => o with { MostUploadBytes = 3000, MostUploadPixels = 400, MostUploads = 1 });
        Assert.Equal((201, 3), await Send(server, Png(20, 20), "..%2F..%2Fx.png"));
        var state = await Get(server, "/api/state");
        Assert.Equal("x.png", state.GetProperty("photos")[3].GetString());
        Assert.Equal(133, (await Get(server, "/api/projection?" + Unit)).GetProperty("activation").GetSingle());
        Assert.Equal(507, (await Send(server, Png(20, 20), "y.png")).Status);
        Assert.Equal(422, (await Send(server, Png(21, 20), "large.png")).Status);
        Assert.Equal(422, (await Send(server, [1, 2, 3], "broken.png")).Status);
        Assert.Equal(422, (await Send(server, "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray(), "drawing.svg")).Status);
        Assert.Equal(413, (await Send(server, new byte[4000], "long.png")).Status);
        Assert.Equal(400, (await Send(server, Png(20, 20), null)).Status);
    }

    [Fact]
    public async Task Foreign_hosts_and_pages_are_refused()
    {
        await using var server = await Serve();
        Assert.Equal(403, await Status(server, "/api/state", ("Host", "evil.example")));
        Assert.Equal(403, await Status(server, "/api/state", ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(200, await Status(server, "/api/state", ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(200, await Status(server, "/", ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(404, await Status(server, "/../MlNetConvVis.sln"));
        using var page = await _http.GetAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task With_a_token_only_who_knows_it_gets_in()
    {
        await using var server = await Serve(static o => o with { Token = "0123456789abcdef" });
        Assert.Equal("?token=0123456789abcdef", server.Address.Query);
        Assert.Equal(401, await Status(server, "/api/state"));
        Assert.Equal(401, await Status(server, "/?token=0123456789abcdeF"));
        Assert.Equal(401, await Status(server, "/api/state?token=0123456789abcdef"));      // the page alone takes it from the address
        using var entered = await _http.GetAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (entered.StatusCode, entered.Headers.Location!.OriginalString));
        var cookie = entered.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, await Status(server, "/api/state", ("Cookie", cookie.Split(';')[0])));
    }

    [Fact]
    public async Task An_address_for_others_wants_a_token()
    {
        var net = ConvNet.Load(TinyModel.Write(_folder));
        var e = await Assert.ThrowsAsync<ArgumentException>(() => ExplorerServer.Start(
            [net], [], new ExplorerOptions { Address = IPAddress.Any }, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("token", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_questions_at_a_time_get_the_answers_of_one()
    {
        await using var server = await Serve();
        var units = Enumerable.Range(0, 60).Select(static i => (Photo: i % 3, Channel: i / 3 % 3, Row: i % 4, Column: i / 4 % 4)).ToArray();
        var answers = await Task.WhenAll(units.Select(u => Get(server, $"/api/projection?photo={u.Photo}&layer=block/relu&channel={u.Channel}&row={u.Row}&column={u.Column}")));
        foreach (var (unit, answer) in units.Zip(answers))
            Assert.Equal(TinyModel.PixelAt(unit.Channel, unit.Row, unit.Column, 10 * unit.Photo), answer.GetProperty("activation").GetSingle());
    }

    private static byte[] Png(int width, int height) => ImageCodecs.Default.EncodePng(RgbImage.Filled(width, height, new Rgb(9, 99, 199)));

    private static RgbImage Picture(JsonElement address) =>
        ImageSource.Decode(Convert.FromBase64String(address.GetString()!["data:image/png;base64,".Length..]), "answer");

    private static async Task<string> Error(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetString()!;

    private async Task<ExplorerServer> Serve(Func<ExplorerOptions, ExplorerOptions>? change = null)
    {
        var net = ConvNet.Load(TinyModel.Write(_folder));
        var photos = ImageSource.Files(Enumerable.Range(0, 3).Select(i => TinyModel.WritePhoto(_folder, $"{i}.png", 10 * i)));
        var options = new ExplorerOptions { Session = new SessionSettings { Device = Device.Cpu } };
        return await ExplorerServer.Start([net], photos, change?.Invoke(options) ?? options, cancellation: TestContext.Current.CancellationToken);
    }

    private Task<JsonElement> Get(ExplorerServer server, string question) =>
        _http.GetFromJsonAsync<JsonElement>(new Uri(server.Address, question), TestContext.Current.CancellationToken);

    private async Task<int> Status(ExplorerServer server, string question, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, question));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private async Task<(int Status, int? Photo)> Send(ExplorerServer server, byte[] content, string? name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/api/photos")) { Content = new ByteArrayContent(content) };
        if (name is not null) request.Headers.Add("X-Photo-Name", name);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.StatusCode != HttpStatusCode.Created) return ((int)answer.StatusCode, null);
        return (201, (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("photo").GetInt32());
    }
}
