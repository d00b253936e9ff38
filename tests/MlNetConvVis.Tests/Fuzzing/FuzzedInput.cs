using System.Diagnostics;
using System.Globalization;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>Takes broken inputs one after the other and collects what must not be: an error that nobody worded, more than two seconds, more than 1 GB.</summary>
/// <remarks>For tests that are <see cref="Imaging.AloneInTheProcess"/>, so that time and memory are their own. A crash in native code ends the process of the
/// tests, which nobody overlooks.</remarks>
internal sealed class FuzzedInput(Func<Exception, bool> isWorded)
{
    private const long MostBytes = 1L << 30;
    private static readonly TimeSpan s_mostTime = TimeSpan.FromSeconds(2);
    private readonly List<string> _faults = [];

    /// <summary>Gets how many inputs were taken as valid.</summary>
    public int Valid { get; private set; }

    /// <summary>Gets how many inputs were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Takes an input.</summary>
    /// <param name="name">Names it in a message.</param>
    /// <param name="use">Reads it.</param>
    public void Take(string name, Action use)
    {
        var before = Memory("VmRSS");
        ForgetPeak();
        var time = Time(name, use);
        if (time > s_mostTime) time = Time(name, use);      // another look, in case the machine was busy
        if (time > s_mostTime) _faults.Add($"{name}: took {time.TotalSeconds:0.0} s");
        if (Memory("VmHWM") - before is var grown && grown > MostBytes) _faults.Add($"{name}: took {grown >> 20} MB");
    }

    /// <summary>Fails where an input did what none may.</summary>
    public void AssertHarmless() => Assert.True(_faults.Count == 0, string.Join('\n', _faults.Take(20)) + $"\n({_faults.Count} in all)");

    private TimeSpan Time(string name, Action use)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            use();
            Valid++;
        }
        catch (Exception e) when (isWorded(e) && !string.IsNullOrWhiteSpace(e.Message))
        {
            Refused++;
        }
        catch (Exception e)
        {
            _faults.Add($"{name}: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(static l => l.Contains("MlNetConvVis", StringComparison.Ordinal))}");
        }

        return watch.Elapsed;
    }

    /// <summary>Lets the kernel count the most memory anew (Linux; elsewhere memory is not looked at).</summary>
    private static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    private static long Memory(string entry) => !OperatingSystem.IsLinux() ? 0
        : 1024 * long.Parse(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith(entry, StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
