using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace MlNetConvVis.Cli.Output;

/// <summary>Shows how far some work is.</summary>
internal abstract class WorkProgress
{
    /// <summary>Tells how far the work is.</summary>
    /// <param name="share">How much is done, 0 to 1.</param>
    /// <param name="status">What is done right now, as a line.</param>
    public abstract void Report(double share, string status);

    /// <summary>Writes a line that stays.</summary>
    public abstract void Note(string line);

    /// <summary>Counts things that are done.</summary>
    /// <param name="title">What is done to them, such as "Extracting".</param>
    /// <param name="thing">What one of them is, such as "image".</param>
    /// <param name="total">How many there are.</param>
    /// <param name="from">Where on the whole this part begins, 0 to 1.</param>
    /// <param name="to">Where it ends.</param>
    public IProgress<int> Counting(string title, string thing, int total, double from = 0, double to = 1) => new Counter(done =>
        Report(from + ((to - from) * done / total), string.Create(CultureInfo.InvariantCulture, $"{title} {done} of {Counted.Of(total, thing)}")));

    private sealed class Counter(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}

/// <summary>A bar on a terminal.</summary>
internal sealed class BarProgress(IAnsiConsole console, ProgressTask bar) : WorkProgress
{
    public override void Report(double share, string status)
    {
        bar.Description = Markup.Escape(status);
        bar.Value = share * bar.MaxValue;
    }

    public override void Note(string line) => console.WriteLine(line);
}

/// <summary>Lines for logs and pipes: nothing of work that is soon done, then one line every ten seconds.</summary>
internal sealed class LineProgress(TextWriter error) : WorkProgress
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    public override void Report(double share, string status)
    {
        if (_sinceLast.Elapsed < s_pause) return;
        _sinceLast.Restart();
        error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * share),3}%  {status}"));      // of the whole, as the bar has it
    }

    public override void Note(string line) => error.WriteLine(line);
}
