using System.Formats.Tar;
using MlNetConvVis.Data;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Specs;
using MlNetConvVis.Tests.Cli;
using MlNetConvVis.Tests.Imaging;
using MlNetConvVis.Tests.Specs;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>1,000 broken specs, pipelines, arrays, records and archives.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FuzzedFileTests : IDisposable
{
    private const int EachKind = 200;
    private readonly TemporaryFolder _folder = new();
    private readonly Mutations _mutations = new(seed: 3);
    private readonly FuzzedInput _input = new(static e => e is SpecException or PipelineException or DataException);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_broken_spec_is_refused_or_compiled()
    {
        var text = File.ReadAllText(Path.Combine(SpecFile.RepositoryRoot(), "models", "zfnet64.yaml"));
        Take("spec", i => _mutations.OfText(text), (broken, name) => NetworkSpec.Parse(broken, name).Compile(10, 1));
    }

    [Fact]
    public void A_broken_pipeline_is_refused_or_read()
    {
        var text = File.ReadAllText(Path.Combine(SpecFile.RepositoryRoot(), "pipelines", "quickstart.yaml"));
        Take("pipeline", i => _mutations.OfText(text), (broken, name) => PipelineReader.Read(_folder.Write(name, broken), static _ => "x"));
    }

    [Fact]
    public void A_broken_array_is_refused_or_read()
    {
        var file = Path.Combine(_folder.Path, "whole.npy");
        NpyFile.Write<float>(file, [1, 2, 3, 4, 5, 6], [2, 3]);
        var bytes = File.ReadAllBytes(file);
        Take("array", i => _mutations.OfBytes(bytes, "{'descr': '<f4'}"u8), (broken, name) => NpyFile.Read<float>(_folder.Write(name, broken)));
    }

    [Fact]
    public void Broken_records_are_refused_or_read()
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 4, 0, 0, 0, 4, .. Enumerable.Range(0, 96).Select(static i => (byte)i)];
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2];
        Take("records", i => _mutations.OfBytes(i % 2 == 0 ? images : labels, labels), (broken, name) =>
        {
            var ofImages = broken.Length > labels.Length + 40;
            foreach (var part in new[] { "train", "t10k" })
            {
                _folder.Write($"records/{part}-images-idx3-ubyte", part == "train" && ofImages ? broken : images);
                _folder.Write($"records/{part}-labels-idx1-ubyte", part == "train" && !ofImages ? broken : labels);
            }

            var set = ImageSets.Open(Path.Combine(_folder.Path, "records")).All();
            foreach (var image in set.Sources()) _ = image.Read();
        });
    }

    [Fact]
    public void A_broken_archive_is_refused_or_read()
    {
        var photo = File.ReadAllBytes(TinyModel.WritePhoto(_folder, "photo.png"));
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, leaveOpen: true))
        {
            foreach (var name in new[] { "a/1.png", "a/2.png", "b/1.png" })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(photo) });
        }

        var bytes = packed.ToArray();
        Take("archive", i => _mutations.OfBytes(bytes, photo), (broken, name) => ImageSets.Open(_folder.Write(name + ".tar", broken)).All());
    }

    private void Take<T>(string kind, Func<int, T> breakIt, Action<T, string> use)
    {
        for (var i = 0; i < EachKind; i++)
        {
            var broken = breakIt(i);
            _input.Take($"{kind} {i}", () => use(broken, "broken"));
        }

        _input.AssertHarmless();
        Assert.True(_input.Valid > 0 && _input.Refused > EachKind / 10, $"{_input.Valid} read, {_input.Refused} refused");
    }
}
