using MlNetConvVis.Cli;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Explorer;

/// <summary><c>convvis serve</c>.</summary>
public sealed class ServeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_prints_its_address_answers_there_and_ends_when_it_is_interrupted()
    {
        TinyModel.WritePhoto(_folder, "photos/a.png");
        TinyModel.WritePhoto(_folder, "photos/b.png");
        using var interrupt = new CancellationTokenSource();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var (printed, notes) = (TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        string[] call = ["serve", "--device", "cpu", "--model", TinyModel.Write(_folder), "--images", Path.Combine(_folder.Path, "photos"), "--most", "1", "--port", "0"];
        var running = Task.Run(() => App.Run(call, printed, notes, interrupt.Token), TestContext.Current.CancellationToken);
        while (!Printed().Contains('\n', StringComparison.Ordinal) && !running.IsCompleted) await Task.Delay(20, TestContext.Current.CancellationToken);
        using (var http = new HttpClient())
        {
            var state = await http.GetStringAsync(new Uri(new Uri(Printed().Trim()), "/api/state"), TestContext.Current.CancellationToken);
            Assert.Contains("\"photos\":[\"a.png\"]", state, StringComparison.Ordinal);
        }

        await interrupt.CancelAsync();
        Assert.Equal(ExitCode.Ok, await running);
        Assert.Contains("holds 2 photos; the page has the first 1", error.ToString(), StringComparison.Ordinal);

        string Printed()
        {
            lock (printed) return output.ToString();      // what a synchronised writer locks itself
        }
    }

    [Fact]
    public void A_wrong_call_is_refused()
    {
        var model = TinyModel.Write(_folder);
        CommandLineRun.Of("serve", "--model", model, "--token", "0123456789abcdef").AssertRefused("--token", "--listen");
        CommandLineRun.Of("serve", "--model", model, "--listen", "everywhere").AssertRefused("--listen", "everywhere", "0.0.0.0");
        CommandLineRun.Of("serve", "--model", model, "--listen", "0.0.0.0", "--token", "short").AssertRefused("--token", "16 characters");
        CommandLineRun.Of("serve", "--model", model, "--port", "65536").AssertRefused("--port", "65535");
        CommandLineRun.Of("serve", "--model", TinyModel.Write(_folder, "bare.onnx", saysPreprocessing: false)).AssertRefused("bare.onnx", "--resize");
    }
}
