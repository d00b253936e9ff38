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

    public TextWriter Output => output;

    public TextWriter Error => error;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Gets the columns of the terminal that results go to; for files and pipes a fixed number.</summary>
    public int Width { get; } = new AnsiConsoleOutput(output) is { IsTerminal: true } terminal ? Math.Max(NarrowestWidth, terminal.Width - 1) : FileWidth;

    /// <summary>Writes one line for people.</summary>
    public void Note(string text) => error.WriteLine(text.ReplaceLineEndings(" "));

    /// <summary>Writes a result for scripts.</summary>
    public void Json<T>(T result) => output.WriteLine(JsonSerializer.Serialize(result, s_json));

    /// <summary>Shows how far some work is while it runs: a bar on a terminal, a line for each tenth elsewhere.</summary>
    /// <param name="title">What is done, such as "Extracting".</param>
    /// <param name="unit">What is counted, such as "images".</param>
    /// <param name="total">How many there are.</param>
    /// <param name="work">The work; reports how many are done.</param>
    public T WithProgress<T>(string title, string unit, int total, Func<IProgress<int>, T> work)
    {
        var target = new AnsiConsoleOutput(error);
        if (!target.IsTerminal) return work(new TenthsProgress(error, title, unit, total));
        return AnsiConsole.Create(new AnsiConsoleSettings { Out = target }).Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(bars =>
            {
                var bar = bars.AddTask($"{Markup.Escape(title)} {total} {Markup.Escape(unit)}", maxValue: total);
                return work(new DirectProgress(done => bar.Value = done));
            });
    }

    private sealed class DirectProgress(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }

    /// <summary>For logs: says every tenth once, and nothing at all of work that is small.</summary>
    private sealed class TenthsProgress(TextWriter error, string title, string unit, int total) : IProgress<int>
    {
        private const int WorthTelling = 50;
        private int _said;

        public void Report(int value)
        {
            if (total < WorthTelling || value * 10L / total is var tenth && tenth <= _said) return;
            _said = (int)(value * 10L / total);
            error.WriteLine($"{title}: {value} of {total} {unit}");
        }
    }
}
