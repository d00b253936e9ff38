using System.Diagnostics;

namespace MlNetConvVis.Bench;

/// <summary>A row of the table.</summary>
/// <param name="Case">What was timed.</param>
/// <param name="Clock">How long both sides took by the clock.</param>
/// <param name="Processor">How much processor time both sides took.</param>
/// <param name="Peer">How the peer ran it, or why it did not.</param>
internal sealed record Row(Case Case, Pairs Clock, Pairs Processor, string Peer);

/// <summary>How long one run took.</summary>
/// <param name="Seconds">Seconds by the clock.</param>
/// <param name="ProcessorSeconds">Seconds of processor time, of all threads of the process together.</param>
internal readonly record struct Sample(double Seconds, double ProcessorSeconds);

/// <summary>Runs one case on both sides, in turns.</summary>
internal static class Comparison
{
    /// <summary>Both runs of warming up: the second shows a training step what the first has changed.</summary>
    private const int WarmUps = 2;

    /// <summary>Pairs of a case that takes minutes.</summary>
    private const int LongRuns = 3;

    /// <summary>How far the two sides' results may lie apart: codecs and rounding differ, networks do not.</summary>
    private const double Tolerance = 0.01;

    /// <summary>Lets threads that wait busily for more work go to sleep before the other side's turn.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Times a case.</summary>
    /// <param name="work">The case.</param>
    /// <param name="open">Opens our side.</param>
    /// <param name="peer">The peer, or null.</param>
    /// <param name="runs">How many pairs.</param>
    /// <returns>The row.</returns>
    /// <exception cref="InvalidOperationException">The two sides computed different things.</exception>
    public static Row Run(Case work, Func<IWork> open, IRival? peer, int runs)
    {
        using var ours = open();
        var (opened, note) = peer?.Open(work) ?? (false, "none");
        WarmUp(work, ours, opened ? peer : null);
        if (work.Long) runs = Math.Min(runs, LongRuns);
        var (oursTimes, peerTimes) = (new List<Sample>(runs), new List<Sample>(runs));
        for (var i = 0; i < runs; i++)
        {
            if (i % 2 == 0) oursTimes.Add(Time(ours));      // who begins changes, so neither side always follows the other
            if (opened) peerTimes.Add(Time(peer!));
            if (i % 2 == 1) oursTimes.Add(Time(ours));
        }

        peer?.Close();
        return new Row(work, Paired(static s => s.Seconds), Paired(static s => s.ProcessorSeconds), note);

        Pairs Paired(Func<Sample, double> figure) => new([.. oursTimes.Select(figure)], [.. peerTimes.Select(figure)]);
    }

    private static void WarmUp(Case work, IWork ours, IRival? peer)
    {
        var mean = double.NaN;
        for (var i = 0; i < (work.Long ? 1 : WarmUps); i++)
        {
            ours.Run();
            if (peer is not null) mean = peer.Run().Mean;
        }

        var own = ours.Mean();
        if (peer is not null && work.SameResult && !(Math.Abs(own - mean) <= Tolerance * Math.Abs(mean)))
        {
            throw new InvalidOperationException(
                $"'{work.Name}': the mean magnitude of our result is {own:G6}, of the peer's {mean:G6}. They do not do the same work.");
        }
    }

    /// <summary>Runs work of ours once.</summary>
    public static Sample Time(IWork work)
    {
        Thread.Sleep(s_pause);
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work.Run();
        return new Sample(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    private static Sample Time(IRival peer)
    {
        Thread.Sleep(s_pause);
        return peer.Run().Time;
    }
}
