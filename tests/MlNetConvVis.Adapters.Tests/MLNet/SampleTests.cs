using MlNetConvVis.Onnx;
using TransferWithMLNet;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>The sample program, which docs/mlnet.md shows as it stands, run on generated pictures.</summary>
public sealed class SampleTests
{
    [Fact]
    public void Photos_become_a_saved_model_and_its_predictions()
    {
        using var pictures = new PictureFolder(60);
        foreach (var row in pictures.Rows)
        {
            var folder = Directory.CreateDirectory(Path.Combine(pictures.Path, "photos", row.Label));
            File.Move(Path.Combine(pictures.Path, row.ImagePath), Path.Combine(folder.FullName, row.ImagePath));
        }

        var (model, saved) = (Path.Combine(pictures.Path, "model.onnx"), Path.Combine(pictures.Path, "model.zip"));
        var net = PictureFolder.Network;
        OnnxFile.Write(net.Original.With(metadata: new Dictionary<string, string> { ["convvis.preprocessing"] = net.Preprocessing!.ToJson() }), model);
        using var output = new StringWriter();
        Assert.Equal(0, PhotoTransfer.Run([model, "fc3", Path.Combine(pictures.Path, "photos"), saved], output));
        Assert.Contains("of the photos kept aside are right", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("0.png: above", output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(saved));
    }

    [Fact]
    public void The_documentation_shows_this_program()
    {
        static string Text(string name) => File.ReadAllText(ReferenceFile.PathOf("MLNet", name)).ReplaceLineEndings("\n").Trim();
        Assert.Contains(Text("PhotoTransfer.cs"), Text("mlnet.md"), StringComparison.Ordinal);
    }
}
