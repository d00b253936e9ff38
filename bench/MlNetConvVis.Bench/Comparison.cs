using System.Diagnostics;
using System.Globalization;

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

    /// <summary>How far the shares of unseen rows that both sides label rightly may lie apart.</summary>
    private const double AccuracyTolerance = 0.003;

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
        var shares = WarmUp(work, ours, opened ? peer : null);
        if (shares is { } right) note = string.Create(CultureInfo.InvariantCulture, $"{note}; unseen rows right: {right.Ours:0.0%}, here {right.Peer:0.0%}");
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

    /// <summary>Runs both sides, and checks that they computed the same.</summary>
    /// <returns>The shares of unseen rows that they label rightly, where something is learned.</returns>
    private static (double Ours, double Peer)? WarmUp(Case work, IWork ours, IRival? peer)
    {
        var theirs = default((Sample Time, double Mean, double? Accuracy));
        for (var i = 0; i < (work.Long ? 1 : WarmUps); i++)
        {
            ours.Run();
            if (peer is not null) theirs = peer.Run();
        }

        if (peer is null || !work.SameResult) return null;
        CheckSame(work, "the mean magnitude of our result", ours.Mean(), theirs.Mean, work.Tolerance * Math.Abs(theirs.Mean));
        if (theirs.Accuracy is not { } share || ours.Accuracy() is not { } own) return null;
        CheckSame(work, "the share of unseen rows that ours labels rightly", own, share, AccuracyTolerance);
        return (own, share);
    }

    private static void CheckSame(Case work, string what, double ours, double theirs, double tolerance)
    {
        if (Math.Abs(ours - theirs) <= tolerance) return;
        throw new InvalidOperationException($"'{work.Name}': {what} is {ours:G6}, of the peer's {theirs:G6}. They do not do the same work.");
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
