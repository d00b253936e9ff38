using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Analysis;

/// <summary>A pass over a collection as it lies on disk: how far it came, and what it found until then. Written whole or not at all.</summary>
internal sealed class MiningFile
{
    private static readonly byte[] s_mark = "convvis mining 1\n"u8.ToArray();
    private readonly string _path;
    private readonly byte[] _job;

    /// <summary>Names the file of a pass.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="photos">The photos, whose names, sizes and times count, so that a changed one is noticed.</param>
    /// <param name="options">What is looked for.</param>
    public MiningFile(string path, ConvNet net, IReadOnlyList<string> layers, ImageSet photos, MiningOptions options)
    {
        _path = path;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(s_mark);
        hash.AppendData(Encoding.UTF8.GetBytes(net.Hash ?? Convert.ToHexString(SHA256.HashData(OnnxFile.ToBytes(net.Original)))));
        hash.AppendData(Encoding.UTF8.GetBytes(net.RequirePreprocessing().ToJson()));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(layers));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(options with { KeptEvery = 0 }));
        foreach (var photo in photos.Images) hash.AppendData(Encoding.UTF8.GetBytes($"{photo.Source.Stamp()}\t{(options.ByClass ? photo.Label : 0)}\n"));
        _job = hash.GetHashAndReset();
    }

    /// <summary>Takes up what an earlier call of the same pass left.</summary>
    /// <param name="boards">Receive what was found.</param>
    /// <param name="broken">Receives the photos that could not be read.</param>
    /// <returns>How many photos are done; zero where nothing of this pass lies there, or it is damaged.</returns>
    public int Read(IReadOnlyList<TopBoard> boards, List<BrokenPhoto> broken)
    {
        if (!File.Exists(_path)) return 0;
        var bytes = File.ReadAllBytes(_path);
        var content = bytes.Length - SHA256.HashSizeInBytes;
        if (content < s_mark.Length + _job.Length || !bytes.AsSpan(0, s_mark.Length).SequenceEqual(s_mark)
            || !bytes.AsSpan(s_mark.Length, _job.Length).SequenceEqual(_job)
            || !SHA256.HashData(bytes.AsSpan(0, content)).AsSpan().SequenceEqual(bytes.AsSpan(content)))
        {
            return 0;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, s_mark.Length + _job.Length, content - s_mark.Length - _job.Length));
        var done = reader.ReadInt32();
        for (var left = reader.ReadInt32(); left > 0; left--) broken.Add(new BrokenPhoto(reader.ReadInt32(), reader.ReadString()));
        foreach (var board in boards) board.Read(reader);
        return done;
    }

    /// <summary>Keeps the pass as it is.</summary>
    /// <param name="done">How many photos are done.</param>
    /// <param name="boards">What was found.</param>
    /// <param name="broken">The photos that could not be read.</param>
    public void Write(int done, IReadOnlyList<TopBoard> boards, IReadOnlyList<BrokenPhoto> broken)
    {
        using var kept = new MemoryStream();
        using (var writer = new BinaryWriter(kept, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(s_mark);
            writer.Write(_job);
            writer.Write(done);
            writer.Write(broken.Count);
            foreach (var (index, message) in broken)
            {
                writer.Write(index);
                writer.Write(message);
            }

            foreach (var board in boards) board.Write(writer);
        }

        var bytes = kept.ToArray();
        DurableFile.Write(_path, stream =>
        {
            stream.Write(bytes);
            stream.Write(SHA256.HashData(bytes));
        });
    }
}
