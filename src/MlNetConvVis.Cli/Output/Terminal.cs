using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace MlNetConvVis.Cli.Output;

/// <summary>Where results, notes and progress go: results to standard output, all else to standard error.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, CancellationToken cancellation)
{
    private const int NarrowestWidth = 40;
    private const int FileWidth = 120;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private WorkProgress? _progress;

    public TextWriter Output => output;

    public TextWriter Error => error;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Gets the columns of the terminal that results go to; for files and pipes a fixed number.</summary>
    public int Width { get; } =
        new AnsiConsoleOutput(output) is { IsTerminal: true } terminal ? Math.Max(NarrowestWidth, terminal.Width - 1) : FileWidth;

    /// <summary>Writes one line for people; above the bar where one is shown.</summary>
    public void Note(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        if (_progress is { } shown) shown.Note(line);
        else error.WriteLine(line);
    }

    /// <summary>Writes one line of a result for people.</summary>
    public void Line(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));

    /// <summary>Writes a result for scripts.</summary>
    public void Json<T>(T result) => output.WriteLine(ToJson(result));

    public static string ToJson<T>(T result) => JsonSerializer.Serialize(result, s_json);

    /// <summary>Shows how far some work is while it runs: a bar on a terminal, now and then a line elsewhere.</summary>
    /// <param name="work">The work; reports how far it is.</param>
    public T WithProgress<T>(Func<WorkProgress, T> work)
    {
        var target = new AnsiConsoleOutput(error);
        try
        {
            if (!target.IsTerminal) return work(_progress = new LineProgress(error));
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = target });
            return console.Progress()
                .AutoClear(true)
                .Columns(
                    new ProgressBarColumn { Width = 24 }, new PercentageColumn(),
                    new TaskDescriptionColumn { Alignment = Justify.Left }, new SpinnerColumn())
                .Start(bars => work(_progress = new BarProgress(console, bars.AddTask("", maxValue: 1))));
        }
        finally
        {
            _progress = null;
        }
    }
}
