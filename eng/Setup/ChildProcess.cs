using System.Collections;
using System.Diagnostics;
using System.Text;

namespace MlNetConvVis.Setup;

/// <summary>Runs another program and waits for its end.</summary>
internal static class ChildProcess
{
    /// <summary>The dotnet that runs this tool: what it starts is of the same SDK.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath ?? "dotnet";

    /// <summary>Runs a dotnet or other program apart from the build that set-up may be part of, and returns what it wrote on both streams together.</summary>
    public static (int ExitCode, string Output) Capture(string program, IEnumerable<string> arguments, string folder)
    {
        using var process = Start(program, arguments, folder, redirect: true);
        var output = new StringBuilder();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                if (line.Data is not null)
                    output.Append(line.Data).Append('\n');
            }
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }

    /// <summary>Runs a program that shares our three streams, and returns its exit code.</summary>
    public static int Attached(string program, IEnumerable<string> arguments, string folder)
    {
        // A Ctrl-C reaches both processes; this one has to outlive the other to hand on its exit code.
        Console.CancelKeyPress += static (_, press) => press.Cancel = true;
        using var process = Start(program, arguments, folder, redirect: false);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Where a program lies on PATH, or null.</summary>
    public static string? Find(string program)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (endings.Select(ending => Path.Combine(folder, program + ending)).FirstOrDefault(File.Exists) is { } file)
                return file;
        }

        return null;
    }

    private static Process Start(string program, IEnumerable<string> arguments, string folder, bool redirect)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        if (redirect)
            DetachFromBuild(start.Environment);
        return Process.Start(start)!;
    }

    /// <remarks>
    /// Set-up may itself have been started by a build: that build's variables, its choice of servers and nodes among them, must not
    /// reach the one started here.
    /// </remarks>
    private static void DetachFromBuild(IDictionary<string, string?> environment)
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (((string)variable.Key).StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                environment.Remove((string)variable.Key);
        }

        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }
}
