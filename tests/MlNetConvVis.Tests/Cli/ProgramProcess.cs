using System.Diagnostics;

namespace MlNetConvVis.Tests.Cli;

/// <summary>The program in a process of its own, to be killed.</summary>
internal static class ProgramProcess
{
    public static Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } dotnet && Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? dotnet : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "convvis.dll"))) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();      // so that it never waits for a reader
        process.BeginErrorReadLine();
        return process;
    }

    public static int Ended(Process process)
    {
        process.WaitForExit();
        return process.ExitCode;
    }
}
