using MlNetConvVis.Imaging;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public class AugmentationTests
{
    private static readonly ImagePreprocessing s_plain = new() { Width = 4, Height = 1 };

    [Theory]
    [InlineData(FillMode.Reflect, new float[] { 40, 30, 20, 10 }, new float[] { 20, 10, 20, 30 })]
    [InlineData(FillMode.Edge, new float[] { 40, 30, 20, 10 }, new float[] { 10, 10, 20, 30 })]
    [InlineData(FillMode.Background, new float[] { 40, 30, 20, 10 }, new float[] { 255, 10, 20, 30 })]
    public void Moved_and_mirrored_rows_are_those_written_by_hand(FillMode fill, float[] mirrored, float[] movedRight)
    {
        var row = Row(10, 20, 30, 40);
        var seen = new List<float[]>();
        for (ulong i = 0; i < 200; i++)
            seen.Add(Red(row, new Augmentation { Flip = true, Shift = 1, Fill = fill }, i));
        Assert.Contains(new float[] { 10, 20, 30, 40 }, seen);
        Assert.Contains(mirrored, seen);
        Assert.Contains(movedRight, seen);
        // Mirrored or not, moved by -1, 0 or 1; moved up or down, only background is left of the single row.
        Assert.Equal(fill == FillMode.Background ? 7 : 6, seen.Select(static s => string.Join(',', s)).Distinct().Count());
    }

    [Fact]
    public void What_becomes_of_a_picture_depends_on_seed_epoch_and_place_alone()
    {
        var (set, options) = (TinyTraining.Set(), TinyTraining.Options);
        var augmenter = new Augmenter(options.Augmentation, set.Preprocessing);
        float[] Of(ulong seed, ulong epoch, ulong place)
        {
            var tensor = new float[set.Preprocessing.TensorLength];
            augmenter.Apply(set.Pixels[0], SeededRandom.For(seed, SeededRandom.Picture, epoch, place), tensor);
            return tensor;
        }

        var first = Of(1, 2, 3);
        Assert.NotEqual(first, Of(2, 2, 3));
        Assert.NotEqual(first, Of(1, 3, 3));
        Assert.NotEqual(first, Of(1, 2, 4));
        Assert.Equal(first, Of(1, 2, 3));                           // whatever was drawn in between
    }

    [Fact]
    public void Batches_of_an_epoch_are_the_same_again_and_hold_every_picture_at_most_once()
    {
        var set = TinyTraining.Set();
        var source = new BatchSource(set, TinyTraining.Options, []);
        Assert.Equal((8, 4), (source.BatchSize, source.StepsPerEpoch));
        var first = source.Epoch(5).Select(static b => (b.Images.ToArray(), b.Labels.ToArray())).ToArray();
        foreach (var _ in source.Epoch(6).Take(1)) { }              // left early
        var second = new BatchSource(set, TinyTraining.Options, []).Epoch(5).Select(static b => (b.Images.ToArray(), b.Labels.ToArray())).ToArray();
        Assert.Equal(first.SelectMany(static b => b.Item1), second.SelectMany(static b => b.Item1));
        Assert.Equal(first.SelectMany(static b => b.Item2), second.SelectMany(static b => b.Item2));
        var plain = new BatchSource(set, TinyTraining.Options with { Augmentation = Augmentation.None }, []);
        var pictures = plain.Epoch(1).SelectMany(b => b.Images.Chunk(set.Preprocessing.TensorLength)).Select(static p => string.Join(',', p)).ToArray();
        Assert.Equal(32, pictures.Distinct().Count());
    }

    [Fact]
    public void Nothing_to_vary_gives_what_preprocessing_gives()
    {
        var set = TinyTraining.Set();
        var grey = set.Preprocessing with { Channels = ChannelOrder.Grey };
        foreach (var preprocessing in new[] { set.Preprocessing, grey, grey with { PerPixelMean = true, Mean = default, MeanImage = PixelMean.Of([set.Pixels[1]]) },
            set.Preprocessing with { Channels = ChannelOrder.Bgr, Mean = new ChannelValues(1, 2, 3), Scale = new ChannelValues(3, 2, 1) } })
        {
            var (expected, actual) = (new float[preprocessing.TensorLength], new float[preprocessing.TensorLength]);
            preprocessing.Normalize(set.Pixels[4], expected);
            new Augmenter(Augmentation.None, preprocessing).Apply(set.Pixels[4], SeededRandom.For(1, 2, 3), actual);
            TensorAssert.Close(expected, actual, Tolerance.Exact);
            // a turn by nothing goes through the bilinear path
            new Augmenter(Augmentation.None with { Rotation = 1e-30f }, preprocessing).Apply(set.Pixels[4], SeededRandom.For(1, 2, 3), actual);
            TensorAssert.Close(expected, actual, Tolerance.Float32);
        }
    }

    [Fact]
    public void A_half_sized_picture_shows_the_mean_of_neighbours()
    {
        // scale is drawn from 1 - s to 1 + s; whatever it is, a picture that rises evenly still rises evenly, by 1 / scale a pixel
        var preprocessing = s_plain with { Width = 9 };
        var row = Row([.. Enumerable.Range(0, 9).Select(static i => (byte)(100 + (10 * i)))]);
        var tensor = new float[preprocessing.TensorLength];
        new Augmenter(Augmentation.None with { Scale = 0.2f, Fill = FillMode.Edge }, preprocessing).Apply(row, SeededRandom.For(3, 2, 1), tensor);
        var rise = tensor[5] - tensor[4];
        Assert.NotEqual(10, rise, 0.05);
        Assert.InRange(rise, 10 / 1.2f, 10 / 0.8f);
        Assert.Equal(140, tensor[4], 0.01);                         // the centre stays
        Assert.Equal(rise, tensor[4] - tensor[3], 0.01);
    }

    [Fact]
    public void Mixed_colours_leave_greys_grey_and_change_others()
    {
        var options = Augmentation.None with { ColourMix = 0.3f };
        var grey = Red(Row(10, 90, 170, 250), options, 1);
        TensorAssert.Close([10, 90, 170, 250], grey, new Tolerance(0.01f, 0));
        var coloured = new float[12];
        new Augmenter(options, s_plain).Apply(new RgbImage(4, 1, [200, 10, 10, 10, 200, 10, 10, 10, 200, 90, 90, 90]), SeededRandom.For(1, 2, 3), coloured);
        Assert.NotEqual(200, coloured[0], 1);
    }

    private static RgbImage Row(params byte[] greys) => new(greys.Length, 1, [.. greys.SelectMany(static g => new[] { g, g, g })]);

    private static float[] Red(RgbImage row, Augmentation options, ulong place)
    {
        var tensor = new float[12];
        new Augmenter(options, s_plain).Apply(row, SeededRandom.For(1, SeededRandom.Picture, 1, place), tensor);
        return tensor[..4];
    }
}
