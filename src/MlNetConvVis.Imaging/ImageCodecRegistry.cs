namespace MlNetConvVis.Imaging;

/// <summary>Codecs by name and rank, opened on first use. Safe to use from several threads.</summary>
public sealed class ImageCodecRegistry
{
    private readonly Lock _lock = new();
    private readonly List<Candidate> _candidates = [];

    /// <summary>Gets the best codec there is: the present one with the lowest rank.</summary>
    /// <exception cref="ImageCodecMissingException">No codec is there; the message says why for each.</exception>
    public IImageCodec Default => Best(static _ => true, "images");

    /// <summary>Gets the best codec that decodes a format.</summary>
    /// <param name="format">The format to decode.</param>
    /// <exception cref="ImageCodecMissingException">No codec that is there decodes it; the message says why for each.</exception>
    public IImageCodec For(ImageFormat format) => Best(codec => codec.Formats.Contains(format), format.ToString().ToUpperInvariant());

    /// <summary>Gets a codec by its name.</summary>
    /// <param name="name">The name it was registered under.</param>
    /// <exception cref="ImageCodecMissingException">It is not there; the message says why.</exception>
    public IImageCodec Named(string name) => Best(codec => codec.Name == name, $"images as '{name}'");

    /// <summary>Tells of every known codec whether it is there, and if not, why; best first.</summary>
    public IReadOnlyList<ImageCodecStatus> Status() => [.. Ranked().Select(c => c.Status())];

    /// <summary>Adds a codec, or replaces the one of the same name.</summary>
    /// <param name="name">The codec's name, as in <see cref="IImageCodec.Name"/>.</param>
    /// <param name="rank">Lower is preferred.</param>
    /// <param name="open">Makes the codec on first use, or throws with a message that says what is missing.</param>
    public void Register(string name, int rank, Func<IImageCodec> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(open);
        lock (_lock)
        {
            _candidates.RemoveAll(c => c.Name == name);
            _candidates.Add(new Candidate(name, rank, open));
        }
    }

    private IImageCodec Best(Func<IImageCodec, bool> suits, string what) =>
        Ranked().Select(c => c.Codec).OfType<IImageCodec>().FirstOrDefault(suits) ?? throw new ImageCodecMissingException(what, Status());

    private Candidate[] Ranked()
    {
        lock (_lock)
            return [.. _candidates.OrderBy(c => c.Rank)];
    }

    private sealed class Candidate(string name, int rank, Func<IImageCodec> open)
    {
        private readonly Lazy<(IImageCodec? Codec, string? WhyNot)> _opened = new(() => Open(open));

        public string Name { get; } = name;

        public int Rank { get; } = rank;

        public IImageCodec? Codec => _opened.Value.Codec;

        public ImageCodecStatus Status() => new(Name, Codec?.Version, Codec?.Formats.Order().ToArray() ?? [], _opened.Value.WhyNot);

        // Whatever keeps a codec from opening (no file, wrong architecture, missing symbol) is told, not thrown: another may serve.
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
