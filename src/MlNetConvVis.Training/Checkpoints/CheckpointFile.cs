using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Training;

/// <summary>
/// The file form of a checkpoint: "CONVCKP1", the length of a JSON head (4 bytes), the head, the tensors' floats in the head's order, and the SHA-256 of
/// all that. Little-endian.
/// </summary>
internal static class CheckpointFile
{
    private const int HashBytes = 32;

    private static ReadOnlySpan<byte> Magic => "CONVCKP1"u8;

    /// <summary>Lists a training folder's checkpoints, earliest epoch first.</summary>
    public static string[] All(string folder)
    {
        var directory = FolderOf(folder);
        if (!Directory.Exists(directory)) return [];
        var files = Directory.GetFiles(directory, "epoch-*.ckpt");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    public static string PathOf(string folder, int epoch) =>
        Path.Combine(FolderOf(folder), string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch:D6}.ckpt"));

    public static void Write(Checkpoint checkpoint, string path)
    {
        var tensors = checkpoint.State.OrderBy(static t => t.Key, StringComparer.Ordinal).ToArray();
        var head = JsonSerializer.SerializeToUtf8Bytes(new Head(
            checkpoint.PlannedEpochs, checkpoint.NetworkHash, checkpoint.DataFingerprint, checkpoint.Options, [.. checkpoint.Epochs],
            [.. tensors.Select(static t => new TensorEntry(t.Key, [.. t.Value.Dims]))]));
        DurableFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            void Put(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                stream.Write(bytes);
            }

            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, head.Length);
            Put(Magic);
            Put(length);
            Put(head);
            foreach (var (_, tensor) in tensors) Put(tensor.Bytes);
            stream.Write(hash.GetHashAndReset());
        });
    }

    public static Checkpoint Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"Checkpoint '{path}' cannot be read: {e.Message}", e);
        }

        var start = Magic.Length + 4;
        if (bytes.Length < start + HashBytes || !bytes.AsSpan().StartsWith(Magic)) throw Damaged(path, bytes.Length, "it does not begin as a checkpoint does");
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))) throw Damaged(path, bytes.Length, "its checksum is wrong");
        var headLength = BinaryPrimitives.ReadInt32LittleEndian(content[Magic.Length..]);
        return FromHead(JsonSerializer.Deserialize<Head>(content.Slice(start, headLength))!, content[(start + headLength)..]);
    }

    private static Checkpoint FromHead(Head head, ReadOnlySpan<byte> data)
    {
        var state = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        foreach (var tensor in head.Tensors)
        {
            var length = checked((int)OnnxTensor.Product(tensor.Dims) * sizeof(float));
            state.Add(tensor.Name, OnnxTensor.FromBytes(ElementType.Float, tensor.Dims, data[..length].ToArray()));
            data = data[length..];
        }

        return new Checkpoint
        {
            PlannedEpochs = head.PlannedEpochs, NetworkHash = head.NetworkHash, DataFingerprint = head.DataFingerprint, Options = head.Options,
            Epochs = head.Epochs, State = state,
        };
    }

    public static string FolderOf(string folder) => Path.Combine(folder, "checkpoints");

    private static TrainingException Damaged(string path, int bytes, string reason)
    {
        var earlier = All(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? ".")
            .LastOrDefault(p => string.CompareOrdinal(Path.GetFileName(p), Path.GetFileName(path)) < 0);
        var advice = earlier is null ? "Delete it and train anew." : $"Delete it to go on from the one before, '{earlier}'.";
        return new TrainingException($"Checkpoint '{path}' is cut short or damaged ({bytes} bytes): {reason}. {advice}");
    }

    private sealed record Head(
        int PlannedEpochs, string NetworkHash, string DataFingerprint, string Options, EpochMetrics[] Epochs, TensorEntry[] Tensors);

    private sealed record TensorEntry(string Name, long[] Dims);
}
