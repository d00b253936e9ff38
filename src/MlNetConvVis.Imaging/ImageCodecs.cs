using MlNetConvVis.Imaging.Vips;

namespace MlNetConvVis.Imaging;

/// <summary>The codecs of this process: which there are, which are missing and why. libvips is known from the start; adapters register.</summary>
public static class ImageCodecs
{
    private static readonly Lock s_lock = new();
    private static readonly List<Candidate> s_candidates =
        [new("libvips", 0, static () => VipsCodec.Open()), new("ImageSharp", 1, static () => OpenAdapter("MlNetConvVis.ImageSharp", "ImageSharpCodec"))];

    /// <summary>Gets the best codec there is: the present one with the lowest rank (libvips 0, ImageSharp 1).</summary>
    /// <exception cref="ImageCodecMissingException">No codec is there; the message says why for each.</exception>
    public static IImageCodec Default => Best(static _ => true, "images");

    /// <summary>Gets the best codec that decodes a format; SVG, for example, only libvips does.</summary>
    /// <param name="format">The format to decode.</param>
    /// <exception cref="ImageCodecMissingException">No codec that is there decodes it; the message says why for each.</exception>
    public static IImageCodec For(ImageFormat format) => Best(codec => codec.Formats.Contains(format), format.ToString().ToUpperInvariant());

    /// <summary>Tells of every known codec whether it is there, and if not, why; best first.</summary>
    public static IReadOnlyList<ImageCodecStatus> Status()
    {
        lock (s_lock)
            return [.. s_candidates.OrderBy(c => c.Rank).Select(c => c.Status())];
    }

    /// <summary>Adds a codec, or replaces the one of the same name. Adapters call this.</summary>
    /// <param name="name">The codec's name, as in <see cref="IImageCodec.Name"/>.</param>
    /// <param name="rank">Lower is preferred.</param>
    /// <param name="open">Makes the codec on first use, or throws with a message that says what is missing.</param>
    public static void Register(string name, int rank, Func<IImageCodec> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(open);
        lock (s_lock)
        {
            s_candidates.RemoveAll(c => c.Name == name);
            s_candidates.Add(new Candidate(name, rank, open));
        }
    }

    private static IImageCodec Best(Func<IImageCodec, bool> suits, string what)
    {
        lock (s_lock)
        {
            foreach (var candidate in s_candidates.OrderBy(c => c.Rank))
            {
                if (candidate.Codec is { } codec && suits(codec))
                    return codec;
            }

            throw new ImageCodecMissingException(what, [.. s_candidates.OrderBy(c => c.Rank).Select(c => c.Status())]);
        }
    }

    // An adapter is built only where its package restores; when its assembly lies beside this one, it is used without further ado.
    private static IImageCodec OpenAdapter(string assembly, string type) =>
        Type.GetType($"{assembly}.{type}, {assembly}", throwOnError: false) is { } found
            ? (IImageCodec)Activator.CreateInstance(found)!
            : throw new InvalidOperationException($"the adapter {assembly} is not part of this build (its package did not restore)");

    private sealed class Candidate(string name, int rank, Func<IImageCodec> open)
    {
        private readonly Lazy<(IImageCodec? Codec, string? WhyNot)> _opened = new(() => Open(open));

        public string Name { get; } = name;

        public int Rank { get; } = rank;

        public IImageCodec? Codec => _opened.Value.Codec;

        public ImageCodecStatus Status() =>
            new(Name, Codec?.Version, Codec?.Formats.Order().ToArray() ?? [], _opened.Value.WhyNot);

        // Whatever keeps a codec from opening (no file, wrong architecture, missing symbol), it is told, not thrown: another may serve.
        private static (IImageCodec? Codec, string? WhyNot) Open(Func<IImageCodec> open)
        {
            try
            {
                return (open(), null);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return (null, (e.InnerException ?? e).Message);
            }
        }
    }
}
