using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Onnx;
using MlNetConvVis.Tests.Imaging;
using MlNetConvVis.Tests.Reference;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>2,000 broken ONNX files, forty editions of each of fifty random networks: those that can be read are computed and reversed.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FuzzedNetworkTests : IDisposable
{
    private const int Editions = 40;
    private const int MostPixels = 1 << 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_broken_network_is_refused_or_computed()
    {
        RandomNetwork[] networks = [.. RandomNetwork.Quick.Values];
        byte[][] files = [.. networks.Select(Bytes)];
        var (mutations, input) = (new Mutations(seed: 2, mostChanges: 2), new FuzzedInput(static e => e is GraphException));
        for (var i = 0; i < Editions * files.Length; i++)
        {
            var network = i % files.Length;
            var file = _folder.Write("broken.onnx", mutations.OfBytes(files[network], files[(network + 1) % files.Length]));
            input.Take($"network {network}, edition {i / files.Length}", () => Project(file, networks[network].Cases[^1].Layer));
        }

        input.AssertHarmless();
        Assert.True(input.Valid > 200 && input.Refused > 200, $"{input.Valid} computed, {input.Refused} refused");
    }

    private byte[] Bytes(RandomNetwork network)
    {
        var file = Path.Combine(_folder.Path, "whole.onnx");
        OnnxFile.Write(network.Graph(), file);
        Project(file, network.Cases[^1].Layer);
        return File.ReadAllBytes(file);
    }

    private static void Project(string file, string layer)
    {
        var net = ConvNet.Load(file);
        using var projector = new Projector(net, layer, ReversalRules.Paper, GraphRun.Settings, batch: 2);
        if (projector.ImageLength > MostPixels) return;
        var (image, projection, activation) = (new float[projector.ImageLength], new float[projector.ImageLength], new float[1]);
        Array.Fill(image, 0.5f);
        projector.Project(image, [Unit.At(0, projector.LayerShape)], projection, activation);
    }
}
