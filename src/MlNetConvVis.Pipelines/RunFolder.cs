using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MlNetConvVis.Pipelines;

/// <summary>The folder of one run: what each step made, and a stamp that says from what.</summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Opens the folder for one run at a time.</summary>
    public static RunFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, ".steps"));
            var file = System.IO.Path.Combine(path, ".steps", "lock");
            return new RunFolder(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PipelineException($"The run folder '{path}' cannot be written: {e.Message} Name another with --out.", e);
        }
        catch (IOException e)
        {
            throw new PipelineException(
                $"The run folder '{path}' cannot be used: {e.Message} If another run works in it, wait for it or name another with --out.", e);
        }
    }

    /// <summary>Refuses a folder that another pipeline filled, so that nothing of it is overwritten; remembers this one's name in a new folder.</summary>
    /// <returns>Whether the folder is new.</returns>
    public bool Claim(string pipeline)
    {
        var file = In(".steps", "pipeline");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, pipeline);
            return true;
        }

        return File.ReadAllText(file) is var owner && owner == pipeline ? false : throw new PipelineException(
            $"The run folder '{Path}' holds a run of {owner}, not of {pipeline}. Name another folder with 'out' in the pipeline or with --out.");
    }

    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Gets what a step said of itself when it finished from the same ingredients; null when it has to be done.</summary>
    public Stamp? Finished(string step, string fingerprint) =>
        ReadStamp(step) is { } stamp && stamp.Fingerprint == fingerprint ? stamp : null;

    /// <summary>Gets whether a step's folder is there; somebody may have removed it to have the step done again.</summary>
    public bool Holds(string step) => Directory.Exists(In(step));

    /// <summary>Gives a step its folder: a new one, or the one in which it was interrupted while doing the same. What was made from other ingredients is kept
    /// aside. From here on the step counts as unfinished, whatever an earlier run said of it.</summary>
    public string Begin(string step, string fingerprint)
    {
        File.Delete(StampOf(step));
        var folder = In(step);
        var mark = System.IO.Path.Combine(folder, ".ingredients");
        if (Directory.Exists(folder) && !(File.Exists(mark) && File.ReadAllText(mark) == fingerprint))
        {
            var aside = $"{folder}.previous";
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
            Directory.Move(folder, aside);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(mark, fingerprint);
        return folder;
    }

    public void Finish(string step, Stamp stamp) =>
        WriteWhole(StampOf(step), JsonSerializer.SerializeToUtf8Bytes(stamp, s_json));

    /// <summary>Writes a file whole or not at all.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> bytes)
    {
        var unfinished = $"{path}.tmp";
        File.WriteAllBytes(unfinished, bytes);
        File.Move(unfinished, path, overwrite: true);
    }

    public void WriteJson<T>(string path, T value) => WriteWhole(path, JsonSerializer.SerializeToUtf8Bytes(value, s_json));

    public static T ReadJson<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), s_json) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new PipelineException($"'{path}' of an earlier step cannot be read: {e.Message} Remove its folder and run the pipeline again.", e);
        }
    }

    /// <summary>Condenses ingredients to a short text that changes when one of them does.</summary>
    public static string Fingerprint(params IEnumerable<string> ingredients) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', ingredients))))[..16];

    public void Dispose() => _lock.Dispose();

    private string StampOf(string step) => In(".steps", $"{step}.json");

    private Stamp? ReadStamp(string step)
    {
        var file = StampOf(step);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Stamp>(File.ReadAllBytes(file), s_json) : null;
        }
        catch (JsonException)
        {
            return null;      // a stamp that cannot be read counts as none: the step is done again
        }
    }

    /// <summary>What a finished step leaves: from what it was made, how long it took, and a line about it.</summary>
    public sealed record Stamp(string Fingerprint, double Seconds, string Summary);
}

/// <summary>A pipeline that cannot go on: what came, what was wanted, what to do.</summary>
public sealed class PipelineException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What came, what was wanted, what to do.</param>
    /// <param name="cause">What failed underneath, or null.</param>
    public PipelineException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
