using System.Runtime.CompilerServices;
using Microsoft.ML;
using MlNetConvVis.MLNet;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>ML.NET's ONNX step wants its graph as a file; a program that fits many models must not fill the disk with them.</summary>
public sealed class TemporaryFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml;

    public TemporaryFilesTests() => _ml = new MLContext(seed: 1) { TempFilePath = _folder.Path };

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData("features"), InlineData("projection"), InlineData("images")]
    public void The_networks_file_goes_with_the_last_transformer(string which)
    {
        var (data, estimator) = Case(which);
        var first = estimator.Fit(data);
        var second = estimator.Fit(data);
        Assert.Single(Directory.GetFiles(_folder.Path));
        ((IDisposable)first).Dispose();
        using (var saved = new MemoryStream()) _ml.Model.Save(second, data.Schema, saved);
        ((IDisposable)second).Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.Throws<ObjectDisposedException>(() => _ml.Model.Save(second, data.Schema, new MemoryStream()));
        ((IDisposable)estimator.Fit(data)).Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Only_the_owner_can_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var (data, estimator) = Case("features");
        using var model = (IDisposable)estimator.Fit(data);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(_folder.Path)[0]));
    }

    [Fact]
    public void An_estimator_and_a_model_that_nobody_disposes_of_leave_nothing_when_they_are_collected()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps files that ML.NET still holds open.");
        Forget();
        for (var i = 0; i < 20 && Directory.GetFiles(_folder.Path).Length > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Forget()
    {
        var (data, estimator) = Case("features");
        Assert.NotEmpty(estimator.GetOutputSchema(EstimatorContractTests.ShapeOf(data.Schema)));
        Assert.Single(Directory.GetFiles(_folder.Path));
        Case("features").Estimator.Fit(data);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    private (IDataView Data, IEstimator<ITransformer> Estimator) Case(string which)
    {
        var data = PixelRow.Data(_ml, 3);
        return which switch
        {
            "features" => (data, _ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "fc3")),
            "projection" => (data, _ml.Transforms.ProjectToPixels("Projection", "Pixels", PixelRow.Network, "conv2")),
            _ => (_ml.Data.LoadFromEnumerable(new PictureRow[1] { new() }), _ml.Transforms.LoadConvNetImages("Pixels", "ImagePath", PictureFolder.Network)),
        };
    }
}
