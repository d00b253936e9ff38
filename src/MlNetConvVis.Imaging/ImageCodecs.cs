using MlNetConvVis.Imaging.Vips;

namespace MlNetConvVis.Imaging;

/// <summary>The codecs of this process: which there are, which are missing and why. libvips (rank 0) and the ImageSharp adapter (rank 1)
/// are known from the start, others can register.</summary>
public static class ImageCodecs
{
    private static readonly ImageCodecRegistry s_registry = NewRegistry();

    /// <inheritdoc cref="ImageCodecRegistry.Default"/>
    public static IImageCodec Default => s_registry.Default;

    /// <inheritdoc cref="ImageCodecRegistry.For"/>
    public static IImageCodec For(ImageFormat format) => s_registry.For(format);

    /// <inheritdoc cref="ImageCodecRegistry.Named"/>
    public static IImageCodec Named(string name) => s_registry.Named(name);

    /// <inheritdoc cref="ImageCodecRegistry.Status"/>
    public static IReadOnlyList<ImageCodecStatus> Status() => s_registry.Status();

    /// <inheritdoc cref="ImageCodecRegistry.Register"/>
    public static void Register(string name, int rank, Func<IImageCodec> open) => s_registry.Register(name, rank, open);

    private static ImageCodecRegistry NewRegistry()
    {
        var registry = new ImageCodecRegistry();
        registry.Register("libvips", 0, static () => VipsCodec.Open());
        registry.Register("ImageSharp", 1, static () => OpenAdapter("MlNetConvVis.ImageSharp", "ImageSharpCodec"));
        return registry;
    }

    // An adapter is built only where its package restores; when its assembly lies beside this one, it is used without further ado.
    private static IImageCodec OpenAdapter(string assembly, string type) =>
        Type.GetType($"{assembly}.{type}, {assembly}", throwOnError: false) is { } found
            ? (IImageCodec)Activator.CreateInstance(found)!
            : throw new InvalidOperationException($"the adapter {assembly} is not part of this program");
}
