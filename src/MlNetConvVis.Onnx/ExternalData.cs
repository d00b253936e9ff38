using System.Globalization;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx.Wire;

namespace MlNetConvVis.Onnx;

/// <summary>Reads tensors whose bytes lie in files beside the model; nothing outside the model's folder is opened.</summary>
internal sealed class ExternalData(string? modelPath)
{
    public byte[] Read(TensorProto tensor, long wanted)
    {
        var facts = tensor.ExternalData.ToDictionary(static e => e.Key, static e => e.Value, StringComparer.Ordinal);
        if (!facts.TryGetValue("location", out var location))
            throw new GraphException($"Tensor '{tensor.Name}' says that its data lies in another file, but names none; the model is damaged.");
        var path = Inside(tensor.Name, location);
        var (offset, length) = (Number(facts, "offset", 0), Number(facts, "length", wanted));
        if (length != wanted || offset < 0 || offset > new FileInfo(path).Length - wanted)
        {
            throw new GraphException($"Tensor '{tensor.Name}' takes {wanted} bytes, but the model names {length} bytes at {offset} of '{location}', " +
                $"which has {new FileInfo(path).Length}. Copy the file again.");
        }

        using var file = File.OpenRead(path);
        file.Seek(offset, SeekOrigin.Begin);
        var bytes = new byte[wanted];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static long Number(Dictionary<string, string> facts, string key, long fallback) => !facts.TryGetValue(key, out var text) ? fallback
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new GraphException($"External data has {key} '{text}'; a whole number was wanted.");

    private string Inside(string tensor, string location)
    {
        if (modelPath is null)
        {
            throw new GraphException(
                $"Tensor '{tensor}' keeps its data in file '{location}', but the model came without a folder. Load the model from its file.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var path = location.Contains('\0', StringComparison.Ordinal) ? folder : Path.GetFullPath(Path.Combine(folder, location));
        if (!IsUnder(folder, path) || !IsUnder(WithoutLinks(folder), WithoutLinks(path)))
        {
            throw new GraphException($"Tensor '{tensor}' keeps its data in '{location}', which lies outside the model's folder; " +
                "only files inside it are read. Move the file there and export again.");
        }

        return File.Exists(path) ? path
            : throw new GraphException($"Tensor '{tensor}' keeps its data in '{location}', which is not in the model's folder. Copy that file there too.");
    }

    private static bool IsUnder(string folder, string path) =>
        path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Follows links at every step of a path, folders too; what does not exist is taken as it stands.</summary>
    private static string WithoutLinks(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            real = entry.LinkTarget is null ? next : WithoutLinks(entry.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }

        return real;
    }
}
