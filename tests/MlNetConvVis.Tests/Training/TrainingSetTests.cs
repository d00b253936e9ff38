using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public sealed class TrainingSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_read_once_in_order_and_broken_ones_are_named()
    {
        Write("train/a/1.png", 10);
        Write("train/a/2.png", 20);
        var broken = _folder.Write("train/b/3.png", "no picture");
        Write("train/b/4.png", 40);
        Write("held/a/5.png", 50);
        Write("held/b/6.png", 60);
        var set = TrainingSet.Load(
            ImageFolder.Scan(Path.Combine(_folder.Path, "train")), ImageFolder.Scan(Path.Combine(_folder.Path, "held")), TinyTraining.Preprocessing,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], set.Classes);
        Assert.Equal([10, 20, 40, 50, 60], Enumerable.Range(0, set.Pixels.Count).Select(i => set.Pixels[i][0, 0].R));
        Assert.Equal([0, 0, 1, 0, 1], set.Labels);
        Assert.Equal([0, 1, 2], set.Training);
        Assert.Equal([3, 4], set.Validation);
        Assert.Equal(broken, Assert.Single(set.Skipped).File);
        Assert.Throws<ImageDecodeException>(() => TrainingSet.Load(
            ImageFolder.Scan(Path.Combine(_folder.Path, "train")), null, TinyTraining.Preprocessing, new ImageLoaderOptions { Strict = true },
            TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Validation_images_of_other_classes_are_refused()
    {
        Write("train/a/1.png", 10);
        Write("held/c/1.png", 10);
        var error = Assert.Throws<TrainingException>(() => TrainingSet.Load(
            ImageFolder.Scan(Path.Combine(_folder.Path, "train")), ImageFolder.Scan(Path.Combine(_folder.Path, "held")), TinyTraining.Preprocessing));
        Assert.Contains("classes c", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_tells_other_pictures_labels_and_parts_apart()
    {
        var set = TinyTraining.Set();
        Assert.Equal(set.Fingerprint, TinyTraining.Set().Fingerprint);
        TrainingSet Changed(IReadOnlyList<int>? labels = null, IReadOnlyList<int>? training = null, ImagePreprocessing? preprocessing = null) =>
            new(set.Pixels, labels ?? set.Labels, set.Classes, training ?? set.Training, set.Validation, preprocessing ?? set.Preprocessing);
        string[] all =
        [
            set.Fingerprint, TinyTraining.Set(seed: 2).Fingerprint, Changed(labels: [.. set.Labels.Reverse()]).Fingerprint,
            Changed(training: [.. set.Training.Skip(1)]).Fingerprint,
            Changed(preprocessing: set.Preprocessing with { Mean = new ChannelValues(1) }).Fingerprint,
        ];
        Assert.Equal(5, all.Distinct().Count());
    }

    private void Write(string name, byte grey) =>
        _folder.Write(name, ImageCodecs.Default.EncodePng(RgbImage.Filled(TinyTraining.Side, TinyTraining.Side, new Rgb(grey, grey, grey))));
}
