using System.Text;
using System.Text.Json;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.MLNet.Images;

/// <summary>How files become a network's input, in a form that travels in a saved model.</summary>
/// <param name="Preprocessing">What the network wants.</param>
/// <param name="Folder">Where relative paths start; null for the working directory.</param>
internal sealed record PhotoFolder(ImagePreprocessing Preprocessing, string? Folder)
{
    /// <summary>Writes letters, digits, '+', '/' and '=' only, so that it can stand in any expression.</summary>
    public string ToText() => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { Preprocessing.ToJson(), Folder })));

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static PhotoFolder FromText(string text)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<string?[]>(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
            return parts is [{ } preprocessing, var folder] ? new PhotoFolder(ImagePreprocessing.FromJson(preprocessing), folder)
                : throw new FormatException("two texts were wanted");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new FormatException($"The saved model does not say how images are read: {e.Message}. Save it again with this version.", e);
        }
    }

    /// <summary>Gets the whole path of a file.</summary>
    public string PathOf(string file) => Folder is null ? file : Path.Combine(Folder, file);
}
