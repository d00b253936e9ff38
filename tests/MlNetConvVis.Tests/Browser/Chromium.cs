using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace MlNetConvVis.Tests.Browser;

/// <summary>A headless Chromium with one page, driven through its DevTools protocol: what a page test needs, without a package of its own.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

    private static readonly JsonSerializerOptions s_json = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly TemporaryFolder _profile;
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _id;

    private Chromium(Process process, TemporaryFolder profile) => (_process, _profile) = (process, profile);

    /// <summary>Gets errors of scripts, refusals of the page's policy, files that were not found, and requests to anything but files and <see cref="Site"/>.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Gets or sets where the page may ask, beside files; null: nowhere.</summary>
    public string? Site { get; set; }

    /// <summary>Finds a browser; null where none is installed. CONVVIS_BROWSER names another.</summary>
    public static string? Find() => Environment.GetEnvironmentVariable("CONVVIS_BROWSER") is { Length: > 0 } named ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(static d => s_names.Select(n => Path.Combine(d, n)))
            .FirstOrDefault(File.Exists);

    /// <summary>Starts the browser, or skips the test where there is none.</summary>
    public static async Task<Chromium> Start()
    {
        Assert.SkipWhen(Find() is null, "no Chromium, Chrome or Edge is installed (CONVVIS_BROWSER names one)");
        var profile = new TemporaryFolder();
        var start = new ProcessStartInfo(Find()!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "--window-size=1300,1000", "about:blank" })
            start.ArgumentList.Add(argument);
        var browser = new Chromium(Process.Start(start)!, profile);
        var address = await browser.Address();
        _ = browser._process.StandardError.ReadToEndAsync();
        _ = browser._process.StandardOutput.ReadToEndAsync();
        await browser._socket.ConnectAsync(new Uri(await Page(address)), default);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" }) await browser.Send($"{domain}.enable", new { });
        return browser;
    }

    /// <summary>Opens an address and waits until a condition holds in it.</summary>
    public async Task Open(string address, string until)
    {
        await Send("Page.navigate", new { url = address });
        await Until(until);
    }

    /// <summary>Waits until an expression is true, for a minute at most.</summary>
    public async Task Until(string condition)
    {
        var clock = Stopwatch.StartNew();
        while (!(await Evaluate($"(() => {{ try {{ return !!({condition}); }} catch {{ return false; }} }})()")).GetBoolean())      // a page half loaded has no body yet
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail($"never true in the page: {condition}; it complains of: {string.Join("; ", Complaints)}");
            await Task.Delay(20);
        }
    }

    /// <summary>Evaluates an expression in the page.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        var answer = await Send("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        if (answer.TryGetProperty("exceptionDetails", out var error)) Assert.Fail($"{expression}: {error}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<string?> Text(string expression) => (await Evaluate(expression)).GetString();

    /// <summary>Presses a key as a keyboard does.</summary>
    public async Task Press(string key)
    {
        var text = key.Length == 1 ? key : key == "Enter" ? "\r" : null;
        int? windowsVirtualKeyCode = key switch { "Enter" => 13, "Escape" => 27, "ArrowLeft" => 37, "ArrowUp" => 38, "ArrowRight" => 39, "ArrowDown" => 40, _ => null };
        await Send("Input.dispatchKeyEvent", new { type = text is null ? "rawKeyDown" : "keyDown", key, text, windowsVirtualKeyCode });
        await Send("Input.dispatchKeyEvent", new { type = "keyUp", key, windowsVirtualKeyCode });
    }

    /// <summary>Presses the mouse inside an element, and lets it go some pixels away.</summary>
    /// <param name="selector">The element.</param>
    /// <param name="across">Where in it, as a part of its width.</param>
    /// <param name="down">Where in it, as a part of its height.</param>
    /// <param name="by">How far it is dragged.</param>
    public async Task Mouse(string selector, double across = 0.5, double down = 0.5, (double X, double Y) by = default)
    {
        var box = await Evaluate(
            $"(e => {{ e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }})(document.querySelector({JsonSerializer.Serialize(selector)}))");
        var (x, y) = (box[0].GetDouble() + (across * box[2].GetDouble()), box[1].GetDouble() + (down * box[3].GetDouble()));
        await Send("Input.dispatchMouseEvent", new { type = "mouseMoved", x, y });
        await Send("Input.dispatchMouseEvent", new { type = "mousePressed", x, y, button = "left", clickCount = 1 });
        if (by != default) await Send("Input.dispatchMouseEvent", new { type = "mouseMoved", x = x + by.X, y = y + by.Y, button = "left" });
        await Send("Input.dispatchMouseEvent", new { type = "mouseReleased", x = x + by.X, y = y + by.Y, button = "left", clickCount = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Dispose();
    }

    /// <summary>The browser writes where it listens on its standard error.</summary>
    private async Task<string> Address()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("ws://", StringComparison.Ordinal) is >= 0 and var at) return line[at..].Trim();
        }

        throw new InvalidOperationException("The browser ended before it listened.");
    }

    private static async Task<string> Page(string address)
    {
        using var http = new HttpClient();
        var list = JsonDocument.Parse(await http.GetStringAsync($"http://{new Uri(address).Authority}/json/list"));
        return list.RootElement.EnumerateArray().First(static p => p.GetProperty("type").GetString() == "page").GetProperty("webSocketDebuggerUrl").GetString()!;
    }

    private async Task<JsonElement> Send(string method, object parameters)
    {
        var id = ++_id;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters }, s_json), WebSocketMessageType.Text, true, default);
        while (true)
        {
            var message = await Receive();
            if (message.TryGetProperty("id", out var of) && of.GetInt32() == id)
                return message.TryGetProperty("error", out var error) ? throw new InvalidOperationException($"{method}: {error}") : message.GetProperty("result");
            Listen(message);
        }
    }

    private void Listen(JsonElement message)
    {
        if (!message.TryGetProperty("method", out var method)) return;
        var parameters = message.GetProperty("params");
        switch (method.GetString())
        {
            case "Runtime.exceptionThrown":
                Complaints.Add(parameters.GetProperty("exceptionDetails").ToString());
                break;
            case "Log.entryAdded" when parameters.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                Complaints.Add(parameters.GetProperty("entry").GetProperty("text").GetString()!);
                break;
            case "Network.requestWillBeSent" when parameters.GetProperty("request").GetProperty("url").GetString() is { } url
                && (Site is null || !url.StartsWith(Site, StringComparison.Ordinal))
                && !url.StartsWith("file:", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal) && !url.StartsWith("about:", StringComparison.Ordinal):
                Complaints.Add($"it asks for {url}");
                break;
        }
    }

    private async Task<JsonElement> Receive()
    {
        var text = new StringBuilder();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer, default);
            text.Append(Encoding.UTF8.GetString(_buffer, 0, part.Count));      // messages of this protocol are ASCII where they are long
            if (part.EndOfMessage) return JsonDocument.Parse(text.ToString()).RootElement;
        }
    }
}
