using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public sealed class ImagePreprocessingTests
{
    private static readonly ImagePreprocessing s_full = new()
    {
        Width = 4,
        Height = 3,
        Resize = ResizeMode.Warp,
        WarpWidth = 6,
        WarpHeight = 5,
        Filter = ResampleFilter.Bicubic,
        Channels = ChannelOrder.Bgr,
        Mean = new ChannelValues(103.939f, 116.779f, 123.68f),
        Scale = new ChannelValues(0.5f, 1, 1 / 255f),
    };

    private static readonly ImagePreprocessing s_grey = new() { Width = 1, Height = 1, Resize = ResizeMode.None, Channels = ChannelOrder.Grey };

    [Fact]
    public void Json_keeps_every_value_and_names_are_a_contract()
    {
        Assert.Equal(s_full, ImagePreprocessing.FromJson(s_full.ToJson()));
        Assert.Equal(
            """{"width":4,"height":3,"resize":"warp","warpWidth":6,"warpHeight":5""" +
            ""","filter":"bicubic","channels":"bgr","layout":"nchw","mean":[103.939,116.779,123.68],"scale":[0.5,1,0.003921569]}""",
            s_full.ToJson());
    }

    [Fact]
    public void Json_may_leave_out_all_but_the_size() =>
        Assert.Equal(new ImagePreprocessing { Width = 64, Height = 48 }, ImagePreprocessing.FromJson("""{"width":64,"height":48}"""));

    [Theory]
    [InlineData("{", "{")]
    [InlineData("null", "null")]
    [InlineData("""{"width":64}""", "height")]
    [InlineData("""{"width":64,"height":64,"colour":"red"}""", "colour")]
    [InlineData("""{"width":64,"height":64,"resize":"squash"}""", "resize")]
    [InlineData("""{"width":64,"height":64,"mean":[1,2]}""", "three numbers")]
    [InlineData("""{"width":0,"height":64}""", "0x64")]
    [InlineData("""{"width":64,"height":64,"shortestSide":63}""", "63")]
    [InlineData("""{"width":64,"height":64,"resize":"warp","warpWidth":63}""", "63x64")]
    [InlineData("""{"width":64,"height":64,"scale":[1,0,1]}""", "channel 1")]
    public void Json_that_cannot_be_meant_is_refused(string json, string named)
    {
        var error = Assert.Throws<FormatException>(() => ImagePreprocessing.FromJson(json));
        Assert.Contains(json, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shortest_side_and_centre_crop_are_torchvisions()
    {
        var preprocessing = new ImagePreprocessing { Width = 24, Height = 24, ShortestSide = 30 };
        var source = ImageCodecs.Default.Decode(ReferenceFile.Bytes("Imaging", "source.png"), "source.png");
        ImageAssert.Close(ImageAssert.Reference("shortest30_crop24.npy"), preprocessing.Frame(source), 0);
    }

    [Theory]
    [InlineData(640, 480, 320, 240)]
    [InlineData(480, 641, 240, 320)]
    [InlineData(240, 240, 240, 240)]
    [InlineData(100000, 3, 8000000, 240)]
    public void The_longer_side_is_cut_to_whole_pixels(int width, int height, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedWidth, expectedHeight), new ImagePreprocessing { Width = 240, Height = 240 }.ResizedSize(width, height));

    [Fact]
    public void Tensor_is_pixel_minus_mean_times_scale_channel_by_channel()
    {
        var preprocessing = new ImagePreprocessing
        {
            Width = 2, Height = 1, Resize = ResizeMode.None, Mean = new ChannelValues(1, 2, 3), Scale = new ChannelValues(2, 1, 0.5f),
        };
        var image = new RgbImage(2, 1, [10, 20, 30, 40, 50, 60]);
        var tensor = new float[6];

        preprocessing.Preprocess(image, tensor);
        Assert.Equal([18, 78, 18, 48, 13.5f, 28.5f], tensor);
        ImageAssert.Close(image, preprocessing.ToImage(tensor), 0);

        var reversed = preprocessing with { Channels = ChannelOrder.Bgr };
        reversed.Preprocess(image, tensor);
        Assert.Equal([58, 118, 18, 48, 3.5f, 18.5f], tensor);
        ImageAssert.Close(image, reversed.ToImage(tensor), 0);
    }

    /// <summary>Rows long enough for vectors, and not a whole number of them.</summary>
    [Theory]
    [InlineData(ChannelOrder.Rgb)]
    [InlineData(ChannelOrder.Bgr)]
    public void Every_pixel_of_a_long_row_is_minus_mean_times_scale(ChannelOrder order)
    {
        var (image, preprocessing) = (Drawn(37, 2), new ImagePreprocessing
        {
            Width = 37, Height = 2, Resize = ResizeMode.None, Channels = order, Mean = new ChannelValues(104.5f, 117, 123), Scale = new ChannelValues(0.1f, 2, 3),
        });
        var tensor = new float[preprocessing.TensorLength];
        preprocessing.Preprocess(image, tensor);
        for (var i = 0; i < tensor.Length; i++)
        {
            var (channel, pixel) = Math.DivRem(i, 74);
            var value = image.Pixels[(3 * pixel) + (order == ChannelOrder.Rgb ? channel : 2 - channel)];
            Assert.Equal((value - preprocessing.Mean[channel]) * preprocessing.Scale[channel], tensor[i]);
        }
    }

    [Fact]
    public void A_picture_that_needs_no_resizing_gives_what_its_frame_gives()
    {
        var image = Drawn(50, 41);
        var plain = new ImagePreprocessing { Width = 20, Height = 18, Resize = ResizeMode.None };
        foreach (var preprocessing in new[] { plain, plain with { CanvasWidth = 31, CanvasHeight = 27 }, plain with { Resize = ResizeMode.Warp, WarpWidth = 50, WarpHeight = 41 } })
        {
            var (whole, framed) = (new float[preprocessing.TensorLength], new float[preprocessing.TensorLength]);
            preprocessing.Preprocess(image, whole);
            preprocessing.Normalize(preprocessing.Frame(image), framed);
            Assert.Equal(framed, whole);
        }
    }

    private static RgbImage Drawn(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(1).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>What Pillow 9.4's Image.new("RGB", (1, 1), colour).convert("L") holds, which rounds to whole numbers.</summary>
    [Theory]
    [InlineData(255, 0, 0, 76)]
    [InlineData(0, 255, 0, 150)]
    [InlineData(0, 0, 255, 29)]
    [InlineData(10, 200, 77, 129)]
    [InlineData(3, 250, 1, 148)]
    [InlineData(201, 17, 99, 81)]
    public void Grey_is_Pillows_before_rounding(byte red, byte green, byte blue, float wanted)
    {
        var tensor = new float[1];
        s_grey.Preprocess(new RgbImage(1, 1, [red, green, blue]), tensor);
        TensorAssert.Close([wanted], tensor, new Tolerance(0.5f, 0));
    }

    [Fact]
    public void A_grey_pixel_keeps_its_value_to_the_bit()
    {
        var tensor = new float[1];
        for (var value = 0; value < 256; value++)
        {
            var pixel = new RgbImage(1, 1, [(byte)value, (byte)value, (byte)value]);
            s_grey.Preprocess(pixel, tensor);
            Assert.Equal(value, tensor[0]);
            ImageAssert.Close(pixel, s_grey.ToImage(tensor), 0);
        }
    }

    [Fact]
    public void Grey_is_mirrored_scaled_and_has_one_plane()
    {
        var two = s_grey with { Width = 2, Mean = new ChannelValues(10), Scale = new ChannelValues(2) };
        var (image, tensor) = (new RgbImage(2, 1, [20, 20, 20, 50, 50, 50]), new float[2]);
        foreach (var layout in new[] { TensorLayout.Nchw, TensorLayout.Nhwc })
        {
            (two with { Layout = layout }).Normalize(image, 0, 0, mirrored: true, tensor);
            Assert.Equal([80, 20], tensor);
        }

        Assert.Equal(two, ImagePreprocessing.FromJson(two.ToJson()));
        Assert.Contains("one channel, grey", Assert.Throws<ArgumentException>(() => (two with { Mean = new ChannelValues(1, 2, 3) }).Checked()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unit_statistics_mean_what_PyTorchs_models_mean()
    {
        var preprocessing = new ImagePreprocessing { Width = 1, Height = 1 }
            .WithUnitStatistics(new ChannelValues(0.485f, 0.456f, 0.406f), new ChannelValues(0.229f, 0.224f, 0.225f));
        var tensor = new float[3];
        preprocessing.Normalize(new RgbImage(1, 1, [200, 100, 0]), tensor);
        TensorAssert.Close([((200 / 255f) - 0.485f) / 0.229f, ((100 / 255f) - 0.456f) / 0.224f, -0.406f / 0.225f], tensor, Tolerance.Float32);
    }

    [Fact]
    public void A_picture_too_small_or_a_wrong_buffer_is_refused()
    {
        var preprocessing = new ImagePreprocessing { Width = 4, Height = 4, Resize = ResizeMode.None };
        var small = Assert.Throws<ArgumentException>(() => preprocessing.Frame(RgbImage.Filled(5, 3, Rgb.White)));
        Assert.Contains("5x3", small.Message, StringComparison.Ordinal);
        Assert.Contains("47 floats", Assert.Throws<ArgumentException>(() => preprocessing.Preprocess(RgbImage.Filled(4, 4, Rgb.White), new float[47])).Message,
            StringComparison.Ordinal);
        Assert.Contains("5x5", Assert.Throws<ArgumentException>(() => preprocessing.Normalize(RgbImage.Filled(5, 5, Rgb.White), new float[48])).Message,
            StringComparison.Ordinal);
        Assert.Equal(4, preprocessing.Frame(RgbImage.Filled(9, 7, Rgb.White)).Width);
    }

    /// <summary>Sizes worked out by hand: 500x375 becomes 256 wide for a shorter side of 192; the crop of 128 begins at column 64, row 32.</summary>
    [Theory]
    [InlineData(ResizeMode.Shortest, 0, 0, 128, 128, 125, 62, 250, 251)]
    [InlineData(ResizeMode.Shortest, 10, 20, 1, 1, 144, 101, 3, 3)]
    [InlineData(ResizeMode.Warp, 0, 0, 128, 128, 0, 0, 500, 375)]
    [InlineData(ResizeMode.Warp, 64, 127, 64, 1, 250, 372, 250, 3)]
    [InlineData(ResizeMode.None, 5, 6, 7, 8, 191, 130, 7, 8)]
    public void A_window_of_the_input_is_found_in_the_picture(ResizeMode mode, int x, int y, int width, int height, int left, int top, int across, int down)
    {
        var preprocessing = new ImagePreprocessing { Width = 128, Height = 128, Resize = mode, ShortestSide = mode == ResizeMode.Shortest ? 192 : null };
        Assert.Equal(new PixelWindow(left, top, across, down), preprocessing.InPicture(new PixelWindow(x, y, width, height), 500, 375));
        Assert.Throws<ArgumentException>(() => preprocessing.InPicture(new PixelWindow(x, y, 129, height), 500, 375));
    }
}
