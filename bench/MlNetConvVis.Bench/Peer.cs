using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MlNetConvVis.Bench;

/// <summary>PyTorch and Pillow in a process of their own, which waits while our side runs. peers.py describes what is said.</summary>
internal sealed class Peer : IRival, IDisposable
{
    private const string Variable = "CONVVIS_PYTHON";
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Process _process;

    private Peer(Process process, Answer first) => (_process, Versions) =
        (process, $"Python {first.Python}, PyTorch {first.Torch ?? "missing"}, Pillow {first.Pillow ?? "missing"}, scikit-learn {first.Sklearn ?? "missing"}");

    /// <summary>Gets what runs there.</summary>
    public string Versions { get; }

    /// <summary>Starts the peer.</summary>
    /// <param name="shared">The shared folder.</param>
    /// <param name="threads">The threads it may compute with.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>The peer; null when no Python has PyTorch or Pillow.</returns>
    public static Peer? Start(string shared, int threads, out string reason)
    {
        string[] candidates = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? [chosen] : ["python3", "/usr/bin/python3", "python"];
        reason = $"none of {string.Join(", ", candidates)} can import torch or PIL; name another Python in {Variable}.";
        var python = candidates.FirstOrDefault(static c => Has(c, "torch")) ?? candidates.FirstOrDefault(static c => Has(c, "PIL"));
        if (python is null) return null;
        var start = StartInfo(python, [Path.Combine(AppContext.BaseDirectory, "peers.py"), shared, threads.ToString(CultureInfo.InvariantCulture)]);
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        return new Peer(process, Receive(process));
    }

    /// <summary>Makes JPEG files of PNG files.</summary>
    /// <returns>Whether Pillow is there to do so.</returns>
    public bool ToJpeg(string folder) => Ask(new { Do = "jpeg", Folder = folder }).Error is null;

    /// <summary>Gets a case ready.</summary>
    /// <returns>How it is run, or why it cannot be.</returns>
    public (bool Opened, string Note) Open(Case work) => Ask(new { Do = "open", Case = work }) is var answer && answer.Error is { } error
        ? (false, error) : (true, answer.Note ?? "");

    /// <summary>Runs the case once.</summary>
    /// <returns>How long it took, the mean absolute value of the result, and the share of unseen rows labelled rightly where something is learned.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public (Sample Time, double Mean, double? Accuracy) Run() => Ask(new { Do = "run" }) is { Error: null } answer
        ? (new Sample(answer.Seconds, answer.ProcessorSeconds), answer.Mean, answer.Accuracy)
        : throw new InvalidOperationException("The peer failed in the middle of a case; see peers.py.");

    /// <summary>Lets go of the case.</summary>
    public void Close() => PeakMegabytes = Ask(new { Do = "close" }).PeakMegabytes;

    /// <summary>Gets the most memory that the process had held when the latest case ended, in megabytes of a million bytes.</summary>
    public long PeakMegabytes { get; private set; }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool Has(string python, string module)
    {
        try
        {
            using var process = Process.Start(
                StartInfo(python, ["-c", $"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"]))!;
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)      // no such program
        {
            return false;
        }
    }

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
    };

    private static Answer Receive(Process process) => process.StandardOutput.ReadLine() is { } line
        ? JsonSerializer.Deserialize<Answer>(line, s_json)!
        : throw new InvalidOperationException("The peer ended without an answer; what it wrote stands above.");

    private Answer Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request, s_json));
        _process.StandardInput.Flush();
        return Receive(_process);
    }

    private sealed record Answer
    {
        public string? Python { get; init; }

        public string? Torch { get; init; }

        public string? Pillow { get; init; }

        public string? Sklearn { get; init; }

        public string? Note { get; init; }

        public string? Error { get; init; }

        public double Seconds { get; init; }

        public double ProcessorSeconds { get; init; }

        public double Mean { get; init; }

        public double? Accuracy { get; init; }

        public long PeakMegabytes { get; init; }
    }
}
