using System.Text.Json;
using MlNetConvVis.Analysis;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Correspond;

/// <summary>
/// A JSON file of photos and the parts to mask in each:
/// <c>{"images": ["a.jpg", "b.jpg"], "parts": {"nose": {"a.jpg": [x, y, width, height], "b.jpg": "b-nose.png"}, "random": {"repeats": 10, "like": "nose"}}}</c>.
/// Rectangles are pixels of the photo's file, several as a list of lists; masks are pictures of the photo's size, light where they cover. Paths are relative to
/// the file.
/// </summary>
internal sealed class MaskFile
{
    private readonly string _path;
    private readonly string _folder;
    private readonly JsonElement _parts;

    private MaskFile(string path, JsonElement root)
    {
        (_path, _folder) = (path, Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (root.ValueKind != JsonValueKind.Object) throw Wrong("is no JSON object");
        foreach (var odd in root.EnumerateObject().Where(static p => p.Name is not ("images" or "parts")))
            throw Wrong($"has '{odd.Name}'; 'images' and 'parts' were wanted");
        if (!root.TryGetProperty("images", out var images) || images.ValueKind != JsonValueKind.Array || images.GetArrayLength() < 2
            || images.EnumerateArray().Any(static i => i.ValueKind != JsonValueKind.String))
        {
            throw Wrong("has no list 'images' with two photos or more");
        }

        Images = [.. images.EnumerateArray().Select(static i => i.GetString()!)];
        if (Images.GroupBy(static i => i, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw Wrong($"names the photo '{twice.Key}' twice");
        if (!root.TryGetProperty("parts", out _parts) || _parts.ValueKind != JsonValueKind.Object || !_parts.EnumerateObject().Any())
            throw Wrong("has no 'parts' to mask");
        foreach (var part in _parts.EnumerateObject().Where(static p => p.Value.ValueKind != JsonValueKind.Object))
            throw Wrong($"has a part '{part.Name}' that is no object; a rectangle or a mask for each photo was wanted, or 'repeats'");
    }

    /// <summary>Gets the photos as the file names them.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>Gets the photos' paths.</summary>
    public IReadOnlyList<string> Paths => [.. Images.Select(i => Path.Combine(_folder, i))];

    /// <summary>Gets the parts that are drawn at random.</summary>
    public IReadOnlySet<string> RandomParts => _parts.EnumerateObject().Where(IsRandom).Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);

    /// <exception cref="DataException">The file cannot be read or is malformed.</exception>
    public static MaskFile Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            return new MaskFile(path, document.RootElement.Clone());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"Masks '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes the masks, as the network sees the photos.</summary>
    /// <param name="photos">The photos, in the file's own size.</param>
    /// <param name="preprocessing">What the network does with them.</param>
    /// <param name="seed">Decides random masks.</param>
    /// <exception cref="DataException">A part is malformed, or covers nothing that the network sees.</exception>
    public IReadOnlyList<MaskedPart> Parts(IReadOnlyList<RgbImage> photos, ImagePreprocessing preprocessing, ulong seed)
    {
        var named = _parts.EnumerateObject().Where(static p => !IsRandom(p)).Select(p => Named(p, photos, preprocessing)).ToList();
        var random = new SplitMix64(seed);
        return [.. _parts.EnumerateObject().Select(p => IsRandom(p) ? Random(p, named, preprocessing, random) : named.First(n => n.Name == p.Name))];
    }

    private static bool IsRandom(JsonProperty part) => part.Value.TryGetProperty("repeats", out _);

    private MaskedPart Named(JsonProperty part, IReadOnlyList<RgbImage> photos, ImagePreprocessing preprocessing)
    {
        foreach (var odd in part.Value.EnumerateObject().Where(p => !Images.Contains(p.Name)))
            throw Wrong($"masks '{part.Name}' of '{odd.Name}', which is not one of its images");
        return new MaskedPart(part.Name, [[.. Images.Select((image, i) =>
        {
            if (!part.Value.TryGetProperty(image, out var mask)) throw Wrong($"has no mask of '{part.Name}' for '{image}'");
            var seen = PixelMask.Of(preprocessing.Frame(Drawn(part.Name, image, mask, photos[i])));
            return seen.Count > 0 ? seen : throw Wrong($"masks '{part.Name}' of '{image}' outside what the network sees of the photo");
        })]]);
    }

    /// <summary>A picture of the photo's size, white where the mask covers.</summary>
    private RgbImage Drawn(string part, string image, JsonElement mask, RgbImage photo)
    {
        if (mask.ValueKind == JsonValueKind.String)
        {
            var picture = ImageLoader.Read(Path.Combine(_folder, mask.GetString()!));
            return (picture.Width, picture.Height) == (photo.Width, photo.Height) ? picture : throw Wrong(
                $"masks '{part}' of '{image}' by '{mask.GetString()}' of {picture.Width}x{picture.Height}, but the photo is {photo.Width}x{photo.Height}");
        }

        var windows = mask.ValueKind == JsonValueKind.Array && mask.GetArrayLength() > 0
            ? mask[0].ValueKind == JsonValueKind.Array ? mask.EnumerateArray().Select(Rectangle) : [Rectangle(mask)] : [null];
        return windows.Any(static w => w is null)
            ? throw Wrong($"masks '{part}' of '{image}' by {mask.GetRawText()}; [x, y, width, height], a list of such, or a picture was wanted")
            : PixelMask.Of(photo.Height, photo.Width, [.. windows.Select(static w => w!.Value)]).ToImage();
    }

    private static PixelWindow? Rectangle(JsonElement numbers) =>
        numbers.ValueKind == JsonValueKind.Array && numbers.GetArrayLength() == 4
        && numbers.EnumerateArray().All(static n => n.ValueKind == JsonValueKind.Number && n.TryGetInt32(out _))
        && numbers[2].GetInt32() > 0 && numbers[3].GetInt32() > 0
            ? new PixelWindow(numbers[0].GetInt32(), numbers[1].GetInt32(), numbers[2].GetInt32(), numbers[3].GetInt32()) : null;

    /// <summary>Rectangles as large as what another part covers in the same photo, or of a stated size in pixels of the network's input.</summary>
    private MaskedPart Random(JsonProperty part, IReadOnlyList<MaskedPart> named, ImagePreprocessing preprocessing, SplitMix64 random)
    {
        if (!part.Value.GetProperty("repeats").TryGetInt32(out var repeats) || repeats is < 1 or > 10000)
            throw Wrong($"repeats '{part.Name}' {part.Value.GetProperty("repeats").GetRawText()} times; 1 to 10,000 was wanted");
        var like = part.Value.TryGetProperty("like", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        (int Height, int Width)? size = part.Value.TryGetProperty("size", out var sides) && sides.ValueKind == JsonValueKind.Array && sides.GetArrayLength() == 2
            && sides[0].TryGetInt32(out var width) && sides[1].TryGetInt32(out var height) && width > 0 && height > 0 ? (height, width) : null;
        if (size is { } given && (given.Height > preprocessing.Height || given.Width > preprocessing.Width))
            throw Wrong($"draws '{part.Name}' larger than the network's input of {preprocessing.Width}x{preprocessing.Height}");
        var model = named.FirstOrDefault(n => like is null || n.Name == like);
        if (size is null && model is null) throw Wrong($"draws '{part.Name}' like '{like ?? "another part"}', which it has not; 'size': [width, height] can say it too");
        return new MaskedPart(part.Name, [.. Enumerable.Range(0, repeats).Select(_ => (IReadOnlyList<PixelMask>)[.. Images.Select((_, i) =>
            PixelMask.Random(preprocessing.Height, preprocessing.Width, size ?? model!.Repeats[0][i].Extent, random))])]);
    }

    private DataException Wrong(string what) => new($"Masks '{_path}' {what}. 'convvis correspond --help' shows the form.");
}
