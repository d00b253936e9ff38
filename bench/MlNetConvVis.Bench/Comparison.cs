using System.Diagnostics;

namespace MlNetConvVis.Bench;

/// <summary>A row of the table.</summary>
/// <param name="Case">What was timed.</param>
/// <param name="Times">How long both sides took.</param>
/// <param name="Peer">How the peer ran it, or why it did not.</param>
internal sealed record Row(Case Case, Pairs Times, string Peer);

/// <summary>Runs one case on both sides, in turns.</summary>
internal static class Comparison
{
    /// <summary>Both runs of warming up: the second shows a training step what the first has changed.</summary>
    private const int WarmUps = 2;

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
    public static Row Run(Case work, Func<IWork> open, Peer? peer, int runs)
    {
        using var ours = open();
        var (opened, note) = peer?.Open(work) ?? (false, "none");
        WarmUp(work, ours, opened ? peer : null);
        var (oursSeconds, peerSeconds) = (new List<double>(runs), new List<double>(runs));
        for (var i = 0; i < runs; i++)
        {
            if (i % 2 == 0) oursSeconds.Add(Seconds(ours));      // who begins changes, so neither side always follows the other
            if (opened) peerSeconds.Add(Seconds(peer!));
            if (i % 2 == 1) oursSeconds.Add(Seconds(ours));
        }

        peer?.Close();
        return new Row(work, new Pairs(oursSeconds, peerSeconds), note);
    }

    private static void WarmUp(Case work, IWork ours, Peer? peer)
    {
        var mean = double.NaN;
        for (var i = 0; i < WarmUps; i++)
        {
            ours.Run();
            if (peer is not null) mean = peer.Run().Mean;
        }

        var own = ours.Mean();
        if (peer is not null && !(Math.Abs(own - mean) <= Tolerance * Math.Abs(mean)))
            throw new InvalidOperationException($"'{work.Name}': the mean magnitude of our result is {own:G6}, of the peer's {mean:G6}. They do not do the same work.");
    }

    private static double Seconds(IWork work)
    {
        Thread.Sleep(s_pause);
        var start = Stopwatch.GetTimestamp();
        work.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Seconds(Peer peer)
    {
        Thread.Sleep(s_pause);
        return peer.Run().Seconds;
    }
}
