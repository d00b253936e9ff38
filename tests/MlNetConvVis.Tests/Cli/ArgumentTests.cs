namespace MlNetConvVis.Tests.Cli;

public class ArgumentTests
{
    public static TheoryData<string> Verbs => ["run", "doctor", "inspect", "extract", "project", "visualize", "train", "transfer", "depth"];

    [Theory, MemberData(nameof(Verbs))]
    public void Every_verb_explains_itself(string verb)
    {
        var run = CommandLineRun.Of(verb, "--help");
        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.StartsWith($"convvis {verb}: ", run.Output, StringComparison.Ordinal);
        foreach (var part in new[] { $"Usage: convvis {verb}", "--json", "--device", "--threads", "Examples:" })
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Help_lists_every_verb(string verb) => Assert.Contains($"\n  {verb} ", CommandLineRun.Of("--help").Output, StringComparison.Ordinal);

    [Theory, MemberData(nameof(Verbs))]
    public void An_unknown_option_is_refused_with_the_nearest(string verb) =>
        CommandLineRun.Of(verb, "--devise", "cpu").AssertRefused($"convvis {verb}: ", "'--devise'", "Did you mean '--device'?");

    [Fact]
    public void An_unknown_verb_is_refused_with_the_nearest() => CommandLineRun.Of("projct").AssertRefused("'projct'", "Did you mean 'project'?");

    [Fact]
    public void Without_arguments_help_goes_to_standard_error()
    {
        var run = CommandLineRun.Of();
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains("Usage: convvis VERB", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_before_a_verb_is_that_verbs_help() =>
        Assert.Equal(CommandLineRun.Of("project", "--help").Output, CommandLineRun.Of("help", "project").Output);

    [Fact]
    public void The_version_is_three_numbers() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", CommandLineRun.Of("--version").Output.ReplaceLineEndings("\n"));

    [Theory]
    [InlineData("--model is missing; an ONNX file was wanted", "--layer", "a", "--out", "a.png", "--image", "a")]
    [InlineData("--out is missing", "--model", "m", "--layer", "a", "--image", "a")]
    [InlineData("--image is missing", "--model", "MODEL", "--layer", "mean", "--out", "a.png")]
    [InlineData("--image and --tensor were both given", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "a", "--tensor", "b")]
    [InlineData("--model came without a value", "--model", "--layer", "a")]
    [InlineData("--model came without a value ('--laier' stands in its place)", "--model", "--laier", "a")]
    [InlineData("--layer came 2 times ('a', 'b'); once was wanted", "--layer", "a", "--layer", "b")]
    [InlineData("--channel is '-1'; a whole number of 0 or more was wanted", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE",
        "--channel", "-1")]
    [InlineData("--unit is '3'; row and column, such as 5,9, or all was wanted", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE",
        "--unit", "3")]
    [InlineData("--rule is 'papr', which is not one of its choices. Did you mean 'paper'?", "--model", "m", "--layer", "a", "--out", "a.png", "--rule", "papr")]
    [InlineData("--out is 'a.gif'; a file that ends in .png or .npy was wanted", "--model", "m", "--layer", "a", "--out", "a.gif")]
    [InlineData("--threads is '0'; a whole number of 1 or more was wanted", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE",
        "--threads", "0")]
    [InlineData("Device 'gpu' is unknown; auto, cpu, cuda or cuda:N was wanted", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE",
        "--device", "gpu")]
    [InlineData("--resize is 'warp:0x2'; shortest:256", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE", "--resize", "warp:0x2")]
    [InlineData("--crop is '0'; pixels such as 224", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE", "--crop", "0")]
    [InlineData("--resize is 'shortest:x'; shortest:256, warp:256x256 or none was wanted", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image",
        "IMAGE", "--resize", "shortest:x")]
    [InlineData("--mean is '1,2'; one number, or three", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE", "--mean", "1,2")]
    [InlineData("shortest side 3 is less than the crop 4x4", "--model", "MODEL", "--layer", "mean", "--out", "a.png", "--image", "IMAGE", "--resize",
        "shortest:3")]
    [InlineData("'stray' belongs to no option", "stray")]
    public void Wrong_arguments_are_refused_in_one_line(string expected, params string[] args)
    {
        using var folder = new TemporaryFolder();
        var (model, image) = (TinyModel.Write(folder), TinyModel.WritePhoto(folder, "photo.png"));
        string[] real = [.. args.Select(a => a switch { "MODEL" => model, "IMAGE" => image, "a.png" => Path.Combine(folder.Path, a), _ => a })];
        CommandLineRun.Of(["project", .. real]).AssertRefused("convvis project: ", expected);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_refused_before_the_work()
    {
        using var folder = new TemporaryFolder();
        var (model, image) = (TinyModel.Write(folder), TinyModel.WritePhoto(folder, "photo.png"));
        CommandLineRun.Of("extract", "--model", model, "--images", image, "--layer", "mean", "--out", image)
            .AssertRefused("--out is", "which is a file; a folder was wanted");
        CommandLineRun.Of("extract", "--model", model, "--images", image, "--layer", "mean", "--out", Path.Combine(image, "in"))
            .AssertRefused("cannot be made");
        var taken = Directory.CreateDirectory(Path.Combine(folder.Path, "taken.png")).FullName;
        CommandLineRun.Of("project", "--model", model, "--image", image, "--layer", "mean", "--out", taken).AssertRefused("--out is", "is a folder");
    }

    [Fact]
    public void Interrupted_work_answers_130()
    {
        using var folder = new TemporaryFolder();
        var (model, image) = (TinyModel.Write(folder), TinyModel.WritePhoto(folder, "photo.png"));
        var run = CommandLineRun.Of(["extract", "--model", model, "--images", image, "--layer", "mean", "--out", folder.Path],
            new CancellationToken(canceled: true));
        Assert.Equal((130, ""), (run.Code, run.Output));
        Assert.Equal("convvis extract: interrupted.\n", run.Error.ReplaceLineEndings("\n"));
    }
}
