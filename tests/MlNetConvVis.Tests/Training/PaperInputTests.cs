using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>The paper's input: a canvas, the mean of each of its pixels, crops at random or at ten places.</summary>
public sealed class PaperInputTests : IDisposable
{
    private static readonly ImagePreprocessing s_crops = new() { Width = 4, Height = 3, CanvasWidth = 6, CanvasHeight = 6, ShortestSide = 6 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ten_crops_are_four_corners_and_the_centre_then_the_same_mirrored()
    {
        var crops = new TenCrops(s_crops);
        PixelWindow[] five = [new(0, 0, 4, 3), new(2, 0, 4, 3), new(0, 3, 4, 3), new(2, 3, 4, 3), new(1, 2, 4, 3)];      // 1.5 rows: to the even 2
        Assert.Equal([.. five.Select(static w => (w, false)), .. five.Select(static w => (w, true))], crops.Crops);
        var tensors = new float[10 * 36];
        crops.Fill(Coordinates(), tensors);
        // at a crop's top left and bottom right corner: 10 * column + row, red, and the row alone, green
        Assert.Equal([0, 32], Corners(tensors, 0));
        Assert.Equal([20, 52], Corners(tensors, 1));
        Assert.Equal([3, 35], Corners(tensors, 2));
        Assert.Equal([23, 55], Corners(tensors, 3));
        Assert.Equal([12, 44], Corners(tensors, 4));
        Assert.Equal([30, 2], Corners(tensors, 5));
        Assert.Equal([50, 22], Corners(tensors, 6));
        Assert.Equal([33, 5], Corners(tensors, 7));
        Assert.Equal([53, 25], Corners(tensors, 8));
        Assert.Equal([42, 14], Corners(tensors, 9));
        Assert.Throws<ArgumentException>(() => new TenCrops(new ImagePreprocessing { Width = 4, Height = 4 }));
    }

    [Fact]
    public void Probabilities_are_averaged_picture_by_picture()
    {
        var values = Enumerable.Range(0, 40).Select(static i => (float)i).ToArray();      // two pictures of ten rows of two
        Assert.Equal([9, 10, 29, 30], TenCrops.Average(values, 2));
        Assert.Throws<ArgumentException>(() => TenCrops.Average(values, 3));
    }

    [Fact]
    public void The_mean_of_each_pixel_is_numpys()
    {
        var mean = PixelMean.Of(Pictures());
        Assert.Equal((7, 6), (mean.Width, mean.Height));
        TensorAssert.Close(NpyFile.Read<float>(ReferenceFile.PathOf("Training", "pixel_mean.npy")).Values, mean.Values, Tolerance.Exact);
        Assert.Equal(mean, PixelMean.Of(Pictures().Reverse()));
        Assert.NotEqual(mean, PixelMean.Of(Pictures().Skip(1)));
    }

    [Fact]
    public void The_mean_image_is_cropped_and_mirrored_as_the_picture_is()
    {
        var (canvas, preprocessing) = (Coordinates(), WithMean(s_crops));
        var tensor = new float[36];
        preprocessing.Normalize(canvas, 2, 1, mirrored: true, tensor);
        for (var i = 0; i < 12; i++)
        {
            var (x, y) = (2 + 3 - (i % 4), 1 + (i / 4));
            Assert.Equal((10 * x) + y - preprocessing.MeanImage!.Plane(0)[(6 * y) + x], tensor[i]);
            Assert.Equal(y - preprocessing.MeanImage.Plane(1)[(6 * y) + x], tensor[12 + i]);
        }

        // the frame and the middle of the canvas are the same picture, in any order of channels, and come back as they were
        foreach (var other in new[] { preprocessing, preprocessing with { Channels = ChannelOrder.Bgr }, preprocessing with { Layout = TensorLayout.Nhwc } })
        {
            var (first, second) = (new float[36], new float[36]);
            other.Normalize(other.Frame(canvas), first);
            other.Normalize(canvas, second);
            Assert.Equal(first, second);
            Assert.Equal(other.Frame(canvas).Pixels, other.ToImage(first).Pixels);
        }
    }

    [Fact]
    public void The_mean_travels_with_the_preprocessing()
    {
        var preprocessing = WithMean(s_crops);
        Assert.Equal(preprocessing, ImagePreprocessing.FromJson(preprocessing.ToJson()));
        Assert.Throws<InvalidOperationException>(() => (preprocessing with { MeanImage = null }).Normalize(Coordinates(), new float[36]));
        Assert.Throws<ArgumentException>(() => (preprocessing with { CanvasWidth = 5 }).Checked());
        Assert.Throws<ArgumentException>(() => (preprocessing with { Mean = new ChannelValues(1) }).Checked());
        var narrow = preprocessing.ToJson().Replace("\"width\":6", "\"width\":5", StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ImagePreprocessing.FromJson(narrow));
    }

    [Fact]
    public void Training_crops_lie_anywhere_in_the_canvas_with_the_mean_taken_off()
    {
        var (canvas, preprocessing) = (Coordinates(), WithMean(s_crops));
        var wanted = new HashSet<string>();
        for (var place = 0; place < 24; place++)
        {
            var tensor = new float[36];
            preprocessing.Normalize(canvas, place % 3, place / 3 % 4, place >= 12, tensor);
            wanted.Add(string.Join(' ', tensor));
        }

        HashSet<string> Seen(Augmentation augmentation, int tries)
        {
            var (augmenter, seen, tensor) = (new Augmenter(augmentation, preprocessing), new HashSet<string>(), new float[36]);
            for (ulong i = 0; i < (ulong)tries; i++)
            {
                augmenter.Apply(canvas, SeededRandom.For(5, SeededRandom.Picture, 1, i), tensor);
                seen.Add(string.Join(' ', tensor));
            }

            return seen;
        }

        Assert.Equal(24, wanted.Count);
        Assert.True(wanted.SetEquals(Seen(new Augmentation { Shift = 0 }, 600)));
        var centre = new float[36];
        preprocessing.Normalize(canvas, centre);
        Assert.Equal(string.Join(' ', centre), Assert.Single(Seen(Augmentation.None, 20)));
        Assert.Equal(2, Seen(Augmentation.None with { Flip = true }, 50).Count);
    }

    [Fact]
    public void A_turned_picture_takes_its_mean_along()
    {
        // picture and mean are the same, so whatever becomes of them, nothing is left
        var canvas = Coordinates();
        var preprocessing = s_crops with { PerPixelMean = true, MeanImage = PixelMean.Of([canvas]) };
        var tensor = new float[36];
        new Augmenter(new Augmentation { Rotation = 40, Scale = 0.2f, Shift = 2 }, preprocessing).Apply(canvas, SeededRandom.For(1, 2, 3), tensor);
        TensorAssert.Close(new float[36], tensor, new Tolerance(1e-4f, 0));
    }

    [Fact]
    public void A_training_set_works_the_mean_out_from_what_it_trains_on_and_the_model_keeps_it()
    {
        var tiny = TinyTraining.Set();
        var set = new TrainingSet(tiny.Pixels, tiny.Labels, tiny.Classes, tiny.Training, tiny.Validation,
            TinyTraining.Preprocessing with { Mean = default, PerPixelMean = true });
        var mean = PixelMean.Of(tiny.Training.Select(i => tiny.Pixels[i]));
        Assert.Equal(mean, set.Preprocessing.MeanImage);
        var model = UntrainedNetwork.Of(TinyTraining.Network(), set, TinyTraining.Options, batches: 1, TestContext.Current.CancellationToken);
        Assert.Equal(set.Preprocessing, ImagePreprocessing.FromJson(model.Metadata[ImagePreprocessing.MetadataKey]));
        Assert.NotEqual(tiny.Fingerprint, set.Fingerprint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_that_do_not_fit_in_memory_give_the_same_bits(bool perPixel)
    {
        var random = new SplitMix64(9);
        for (var i = 0; i < 30; i++)
            _folder.Write($"{i % 3}/{i:00}.png", ImageCodecs.Default.EncodePng(TinyTraining.Picture(i % 3, random)));
        _folder.Write("1/broken.png", "no picture");
        var images = ImageFolder.Scan(_folder.Path);
        var preprocessing = TinyTraining.Preprocessing with
        {
            Width = 8,
            Height = 8,
            CanvasWidth = 11,
            CanvasHeight = 10,
            PerPixelMean = perPixel,
            Mean = default,
        };
        TrainingSet Load(long budget) => TrainingSet.LoadSplit(images, DataSplit.Stratified(images.Labels(), 0.2, 1), preprocessing,
            new ImageLoaderOptions { MemoryBudget = budget, Threads = 2 }, TestContext.Current.CancellationToken);
        var (kept, streamed) = (Load(1 << 20), Load(30 * 3 * 11 * 10));
        Assert.True(kept.Pixels.IsInMemory);
        Assert.False(streamed.Pixels.IsInMemory);
        Assert.Equal(kept.Fingerprint, streamed.Fingerprint);
        Assert.Equal(kept.Preprocessing, streamed.Preprocessing);
        Assert.Equal(kept.Skipped, streamed.Skipped);
        Assert.Equal(30, streamed.Training.Count + streamed.Validation.Count);
        float[] Batches(TrainingSet set) => [.. new BatchSource(set, TinyTraining.Options, []).Epoch(2).SelectMany(static b => b.Images.ToArray())];
        Assert.Equal(Batches(kept), Batches(streamed));
    }

    [Theory]
    [InlineData("brightness")]
    [InlineData("contrast")]
    [InlineData("saturation")]
    public void Colour_changes_are_torchvisions(string change)
    {
        foreach (var factor in new[] { "0.0", "0.4", "1.7" })
        {
            var planes = Planes(Pictures().First());
            var amount = float.Parse(factor, System.Globalization.CultureInfo.InvariantCulture);
            if (change == "brightness") ColourChanges.Brightness(planes, amount);
            else if (change == "contrast") ColourChanges.Contrast(planes, amount);
            else ColourChanges.Saturation(planes, amount);
            TensorAssert.Close(NpyFile.Read<float>(ReferenceFile.PathOf("Training", $"{change}_{factor}.npy")).Values, planes, new Tolerance(1e-4f, 1e-6f));
        }
    }

    [Fact]
    public void Colours_jitter_in_any_order_by_factors_within_their_range()
    {
        var dark = Enumerable.Repeat(10f, 30).ToArray();
        var seen = Enumerable.Range(0, 400).Select(i =>
        {
            var planes = dark.ToArray();
            ColourChanges.Jitter(new ColourJitter { Brightness = 0.5f }, planes, SeededRandom.For(1, 2, 3, (ulong)i));
            return planes[0] / 10;
        }).ToArray();
        Assert.InRange(seen.Min(), 0.5f, 0.52f);
        Assert.InRange(seen.Max(), 1.48f, 1.5f);
        var orders = new HashSet<string>();
        for (ulong i = 0; i < 60; i++)
        {
            var (expected, actual) = (Planes(Pictures().First()), Planes(Pictures().First()));
            var (jitter, random) = (new ColourJitter { Brightness = 0.6f, Contrast = 1.5f, Saturation = 0.9f }, SeededRandom.For(1, 2, 3, i));
            int[] order = [0, 1, 2];
            random.Shuffle<int>(order);
            var (brightness, contrast, saturation) = (0.4f + (random.Unit() * 1.2f), random.Unit() * 2.5f, 0.1f + (random.Unit() * 1.8f));
            foreach (var change in order)
            {
                if (change == 0) ColourChanges.Brightness(expected, brightness);
                else if (change == 1) ColourChanges.Contrast(expected, contrast);
                else ColourChanges.Saturation(expected, saturation);
            }

            ColourChanges.Jitter(jitter, actual, SeededRandom.For(1, 2, 3, i));
            TensorAssert.Close(expected, actual, new Tolerance(0.01f, 0));
            orders.Add(string.Join(' ', order));
        }

        Assert.Equal(6, orders.Count);
        var (augmented, plain) = (new float[18 * 2], new float[18 * 2]);
        var set = new ImagePreprocessing { Width = 4, Height = 3 };
        var picture = new RgbImage(4, 3, [.. Enumerable.Range(0, 36).Select(static i => (byte)(7 * i))]);
        new Augmenter(Augmentation.None with { Jitter = new ColourJitter { Saturation = 0.9f } }, set).Apply(picture, SeededRandom.For(1, 2, 3), augmented);
        set.Normalize(picture, plain);
        Assert.NotEqual(plain, augmented);
    }

    /// <summary>Red is 10 * column + row, green the row.</summary>
    private static RgbImage Coordinates() =>
        new(6, 6, [.. Enumerable.Range(0, 36).SelectMany(static i => new[] { (byte)((10 * (i % 6)) + (i / 6)), (byte)(i / 6), (byte)0 })]);

    private static ImagePreprocessing WithMean(ImagePreprocessing preprocessing) => (preprocessing with
    {
        PerPixelMean = true,
        MeanImage = new PixelMean(6, 6, [.. Enumerable.Range(0, 108).Select(static i => ((i * 37) % 101) / 2f)]),
    }).Checked();

    private static int[] Corners(float[] tensors, int crop) => [(int)tensors[crop * 36], (int)tensors[(crop * 36) + 11]];

    private static IEnumerable<RgbImage> Pictures()
    {
        var all = NpyFile.Read<byte>(ReferenceFile.PathOf("Training", "pictures.npy"));
        return all.Values.Chunk(3 * 6 * 7).Select(static p => new RgbImage(7, 6, p));
    }

    private static float[] Planes(RgbImage picture)
    {
        var pixels = picture.Pixels.ToArray();
        return [.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, pixels.Length / 3).Select(i => (float)pixels[(3 * i) + c]))];
    }
}
