using System.Text;
using MlNetConvVis.Imaging;
using static System.FormattableString;

namespace MlNetConvVis.Data.Emoji;

/// <summary>
/// Makes the quickstart's data set: seven open emoji sets from npm, drawn as small PNG files in class folders. Classes are Unicode's
/// subgroups; some are set apart for transfer, one artist for testing. Licences: pipelines/emoji/README.md.
/// </summary>
public static class EmojiDataset
{
    private const int Version = 1;
    private const string FingerprintFile = "fingerprint.txt";

    /// <summary>Installs the drawings with npm, unless they are there.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="cancellation">Stops npm.</param>
    /// <exception cref="DataException">npm is missing or failed; nothing half-installed stays.</exception>
    public static void Install(EmojiDatasetOptions options, CancellationToken cancellation = default) =>
        EmojiPackages.Install(options.Checked().PackagesDirectory, cancellation);

    /// <summary>Makes the data set, or finds it made. Interrupted, it goes on where it was; the folder has its name only when all is
    /// there.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="progress">Hears of pictures done, and how many there are.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="DataException">npm is missing or failed, or the output folder holds something else.</exception>
    /// <exception cref="ImageCodecMissingException">No codec here reads SVG.</exception>
    public static EmojiIndex Prepare(
        EmojiDatasetOptions options, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var fingerprint = Fingerprint(options.Checked());
        if (Finished(options.OutputDirectory, fingerprint) is { } index)
            return index;
        var codec = ImageCodecs.For(ImageFormat.Svg);
        Install(options, cancellation);
        var sets = EmojiPackages.Artists.Select(artist => IconSet.Read(options.PackagesDirectory, artist)).ToArray();
        var plan = EmojiPlan.Make(EmojiSymbol.ReadAll(options.PackagesDirectory), sets, options);
        try
        {
            var partial = Begin(options.OutputDirectory, fingerprint);
            Draw(plan, partial, options, codec, progress, cancellation);
            index = new EmojiIndex
            {
                Side = options.Side,
                HeldOutArtist = options.HeldOutArtist,
                Fingerprint = fingerprint,
                Pictures = [.. plan.Select(e => e.Picture)],
            };
            index.Write(partial);
            if (Directory.Exists(options.OutputDirectory))
                Directory.Delete(options.OutputDirectory);      // empty, as Finished found
            Directory.Move(partial, options.OutputDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"The emoji data set cannot be written to '{options.OutputDirectory}': " +
                $"{e.Message} Free some space or check the rights.", e);
        }

        return index with { Directory = options.OutputDirectory };
    }

    // All that decides the pictures, in a form to read.
    private static string Fingerprint(EmojiDatasetOptions o) =>
        Invariant($"v{Version} packages {EmojiPackages.LockHash} side {o.Side} artists {o.MinimumArtists} symbols {o.MinimumSymbols} ") +
        Invariant($"targets {o.TargetClasses} seed {o.Seed} test {o.HeldOutArtist}");

    private static EmojiIndex? Finished(string directory, string fingerprint)
    {
        if (!Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any())
            return null;
        var index = EmojiIndex.Read(directory);
        return index.Fingerprint == fingerprint
            ? index
            : throw new DataException(
                $"'{directory}' holds an emoji data set made otherwise ({index.Fingerprint}; wanted: {fingerprint}). " +
                "Remove it, or name another folder.");
    }

    // Pictures of an interrupted run are kept when they were drawn with the same options.
    private static string Begin(string directory, string fingerprint)
    {
        var partial = directory.TrimEnd(Path.DirectorySeparatorChar) + ".partial";
        var mark = Path.Combine(partial, FingerprintFile);
        if (Directory.Exists(partial) && !(File.Exists(mark) && File.ReadAllText(mark) == fingerprint))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        File.WriteAllText(mark, fingerprint);
        return partial;
    }

    private static void Draw(EmojiPlan.Entry[] plan, string directory, EmojiDatasetOptions options, IImageCodec codec,
        IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var done = 0;
        progress?.Report((0, plan.Length));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        Unwrapped.Run(() => Parallel.ForEach(plan, parallel, entry =>
        {
            var file = Path.Combine(directory, entry.Picture.File.Replace('/', Path.DirectorySeparatorChar));
            if (!File.Exists(file))
            {
                var svg = Encoding.UTF8.GetBytes(entry.Set.Svg(entry.Icon, options.Side));
                codec.Decode(svg, $"{entry.Set.Artist}:{entry.Icon}").WritePng(file, codec);
            }

            progress?.Report((Interlocked.Increment(ref done), plan.Length));
        }));
    }
}
