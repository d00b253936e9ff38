using System.Text.Json;
using System.Text.RegularExpressions;
using MlNetConvVis.Cli;

namespace MlNetConvVis.Tests.Cli;

/// <summary>One call of the program, without a process.</summary>
internal sealed partial record CommandLineRun(int Code, string Output, string Error)
{
    public static CommandLineRun Of(params string[] args) => Of(args, CancellationToken.None);

    public static CommandLineRun Of(string[] args, CancellationToken cancellation)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = App.Run(args, output, error, cancellation);
        return new CommandLineRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Checks that the call was refused: exit code 2, nothing on standard output, one line on standard error.</summary>
    /// <param name="parts">What the line must say.</param>
    public void AssertRefused(params string[] parts)
    {
        Assert.Equal(2, Code);
        Assert.Empty(Output);
        Assert.Single(Error.TrimEnd('\n').Split('\n'));
        foreach (var part in parts) Assert.Contains(part, Error, StringComparison.Ordinal);
    }

    /// <summary>Checks that the call succeeded; says what it wrote where it did not.</summary>
    public void AssertSucceeded() => Assert.True(Code == 0, $"exit code {Code}: {Error}");

    /// <summary>Checks that the call succeeded with one JSON value on standard output.</summary>
    public JsonElement AssertJson()
    {
        // a busy machine takes long enough for a line of progress
        Assert.DoesNotContain(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => !ProgressLine().IsMatch(line));
        Assert.Equal(0, Code);
        return JsonDocument.Parse(Output).RootElement;
    }

    [GeneratedRegex(@"^ *\d+%  ")]
    private static partial Regex ProgressLine();
}
