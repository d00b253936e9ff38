using System.Runtime.InteropServices;
using Google.Protobuf;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;
using MlNetConvVis.Onnx.Wire;

namespace MlNetConvVis.Tests.Onnx;

/// <summary>Weights in files beside the model are read; nothing outside the model's folder is opened.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private static readonly float[] s_weights = [1, 2, 3, 4];

    private readonly TemporaryFolder _folder = new();

    private string ModelFolder => Directory.CreateDirectory(Path.Combine(_folder.Path, "model")).FullName;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("weights.bin", 0)]
    [InlineData("deep/weights.bin", 8)]
    [InlineData("./deep/../weights.bin", 4)]
    public void Data_inside_the_folder_is_read(string location, int offset)
    {
        Place(Path.GetFullPath(Path.Combine(ModelFolder, location)), offset);
        Directory.CreateDirectory(Path.Combine(ModelFolder, "deep"));
        Assert.Equal(s_weights, OnnxFile.Read(WriteModel(location, ("offset", $"{offset}"), ("length", "16"))).Initializers["w"].Floats.ToArray());
        Assert.Equal(s_weights, OnnxFile.Read(WriteModel(location, ("offset", $"{offset}"))).Initializers["w"].Floats.ToArray());
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("deep/../../outside.bin")]
    [InlineData("../model-2/outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a\0b")]
    public void Data_outside_the_folder_is_refused(string location)
    {
        Place(Path.Combine(_folder.Path, "outside.bin"), 0);
        Place(Path.Combine(_folder.Path, "model-2", "outside.bin"), 0);
        Refused(WriteModel(location), "outside the model's folder");
    }

    [Fact]
    public void Absolute_path_outside_the_folder_is_refused() =>
        Refused(WriteModel(Place(Path.Combine(_folder.Path, "outside.bin"), 0)), "outside the model's folder");

    [Fact]
    public void Links_that_lead_outside_are_refused()
    {
        var outside = Place(Path.Combine(_folder.Path, "elsewhere", "outside.bin"), 0);
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "link.bin"), outside);
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "second.bin"), "link.bin");
        Directory.CreateSymbolicLink(Path.Combine(ModelFolder, "folder"), Path.GetDirectoryName(outside)!);
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "through.bin"), Path.Combine("folder", "outside.bin"));
        foreach (var location in new[] { "link.bin", "second.bin", "folder/outside.bin", "through.bin" })
            Refused(WriteModel(location), "outside the model's folder");
    }

    [Fact]
    public void Links_that_stay_inside_are_followed()
    {
        Place(Path.Combine(ModelFolder, "deep", "weights.bin"), 0);
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "link.bin"), Path.Combine("deep", "weights.bin"));
        Assert.Equal(s_weights, OnnxFile.Read(WriteModel("link.bin")).Initializers["w"].Floats.ToArray());
    }

    [Fact]
    public void Folder_that_is_reached_by_a_link_is_a_folder()
    {
        Place(Path.Combine(ModelFolder, "weights.bin"), 0);
        WriteModel("weights.bin");
        var link = Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), ModelFolder).FullName;
        Assert.Equal(s_weights, OnnxFile.Read(Path.Combine(link, "net.onnx")).Initializers["w"].Floats.ToArray());
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "a.bin"), "b.bin");
        File.CreateSymbolicLink(Path.Combine(ModelFolder, "b.bin"), "a.bin");
        Assert.Throws<GraphException>(() => OnnxFile.Read(WriteModel("a.bin")));
    }

    [Fact]
    public void Missing_file_is_named() => Refused(WriteModel("weights.bin"), "'weights.bin', which is not in the model's folder");

    [Theory]
    [InlineData("offset", "4")]
    [InlineData("offset", "-4")]
    [InlineData("offset", "9223372036854775807")]
    [InlineData("offset", "99999999999999999999")]
    [InlineData("length", "12")]
    [InlineData("length", "many")]
    public void Places_that_do_not_hold_the_tensor_are_refused(string key, string value)
    {
        Place(Path.Combine(ModelFolder, "weights.bin"), 0);
        Assert.Throws<GraphException>(() => OnnxFile.Read(WriteModel("weights.bin", (key, value))));
    }

    [Fact]
    public void Large_claims_over_small_files_are_refused_without_room_for_them()
    {
        Place(Path.Combine(ModelFolder, "weights.bin"), 0);
        var model = Model("weights.bin");
        model.Graph.Initializer[0].Dims[0] = 1 << 26;
        var path = Path.Combine(ModelFolder, "net.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(path, "which has 16");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Model_from_memory_has_no_folder()
    {
        var error = Assert.Throws<GraphException>(() => OnnxFile.Read(Model("weights.bin").ToByteArray()));
        Assert.Contains("came without a folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensor_without_a_location_is_refused()
    {
        var model = Model("weights.bin");
        model.Graph.Initializer[0].ExternalData.Clear();
        Assert.Contains("names none", Assert.Throws<GraphException>(() => OnnxFile.Read(model.ToByteArray())).Message, StringComparison.Ordinal);
    }

    private static void Refused(string model, string reason) =>
        Assert.Contains(reason, Assert.Throws<GraphException>(() => OnnxFile.Read(model)).Message, StringComparison.Ordinal);

    private static string Place(string path, int offset)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [.. new byte[offset], .. MemoryMarshal.AsBytes(s_weights.AsSpan())]);
        return path;
    }

    private static ModelProto Model(string location, params (string Key, string Value)[] facts)
    {
        var model = OnnxFileTests.Model();
        var tensor = model.Graph.Initializer[0];
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = 1;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.AddRange(facts.Select(static f => new StringStringEntryProto { Key = f.Key, Value = f.Value }));
        return model;
    }

    private string WriteModel(string location, params (string Key, string Value)[] facts)
    {
        var path = Path.Combine(ModelFolder, "net.onnx");
        File.WriteAllBytes(path, Model(location, facts).ToByteArray());
        return path;
    }
}
