using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Format;

/// <summary>The keys of pipeline files, as data: the reader refuses any other, and the JSON schema is made of them.</summary>
internal static class PipelineFormat
{
    /// <summary><c>data: emoji</c>.</summary>
    public static FormatSection Emoji { get; } = new(
    [
        new("side", FormatType.Whole, "side of the pictures in pixels; default 64") { Least = 16, Most = 512 }
    ]);

    /// <summary><c>data</c>.</summary>
    public static FormatSection Data { get; } = new(
    [
        new("emoji", FormatType.Section, "the open emoji sets from npm, in place of folders") { Section = Emoji },
        new("source", FormatType.Text,
            "images by class: a folder with a folder for each class, a published data set, or a .tar archive of either: what the network is (or was) trained on, and what pictures are drawn from"),
        new("target", FormatType.Text, "images by class, of the same kinds: the new classes"),
        new("clutter", FormatType.Flag, "keep the class that shows anything at all (BACKGROUND_Google, 257.clutter); default false"),
        new("validation", FormatType.Number, "share of each source class kept to check training with; default 0.1") { Least = 0, Most = 0.9 }
    ]);

    /// <summary><c>train: augment</c>.</summary>
    public static FormatSection Augment { get; } = new([.. Settings(areOfPictures: true)]);

    /// <summary><c>train</c>.</summary>
    public static FormatSection Train { get; } = new(
    [
        new("spec", FormatType.Text, "network spec in YAML") { IsRequired = true },
        new("recipe", FormatType.Choice, "begin with the values of a recipe; default plain options, with pictures as they are") { Options = [.. RecipeSettings.Presets.Keys] },
        .. Settings(areOfPictures: false),
        new("augment", FormatType.Section, "how training images are varied; default the recipe's") { Section = Augment }
    ]);

    /// <summary><c>overlap</c>.</summary>
    public static FormatSection OverlapSearch { get; } = new(
    [
        new("threshold", FormatType.Number, "normalised correlation from which on two photos count as the same; default 0.95") { Least = 0, Most = 1 },
        new("leave-out", FormatType.Flag, "leave such photos out of the target; default true")
    ]);

    /// <summary><c>transfer: beside-from-scratch</c>.</summary>
    public static FormatSection FromScratch { get; } = new(
    [
        new("folds", FormatType.Whole, "how many of the transfer's folds at most, each a training; default all") { Least = 1 },
        new("images-per-class", FormatType.Wholes, "training images a class, at most the transfer's largest number; default those of the transfer") { Least = 1 },
        new("recipe", FormatType.Choice, "begin with the values of a recipe; default modern") { Options = [.. RecipeSettings.Presets.Keys] },
        .. Settings(areOfPictures: false),
        new("augment", FormatType.Section, "how training images are varied; default the recipe's") { Section = Augment }
    ]);

    /// <summary><c>transfer</c>.</summary>
    public static FormatSection Transfer { get; } = new(
    [
        new("layer", FormatType.Text, "the layer the new last layer stands on") { IsRequired = true },
        new("protocol", FormatType.Choice, "what the keys below default to; default folder") { Options = [.. TransferProtocols.ByName.Keys] },
        new("heads", FormatType.Choices, "softmax, svm or both; default softmax") { Options = ["softmax", "svm"] },
        new("images-per-class", FormatType.Wholes, "training images a class, each a row of the result") { Least = 1 },
        new("test-per-class", FormatType.Whole, "other images of a class that are tested at most; default 50") { Least = 1 },
        new("folds", FormatType.Whole, "how often the experiment is drawn and run; default 5") { Least = 1 },
        new("l2", FormatType.Number, "the penalty on weights; default chosen by validation on training images") { Least = 1e-6 },
        new("most-features", FormatType.Whole, "a layer with more values is averaged over square cells of its maps; default no limit") { Least = 1 },
        new("splits", FormatType.Text, "splits to take (transfer/splits.json of another run); default drawn anew"),
        new("switches", FormatType.Flag, "write the switches of every max-pooling before the layer too; default false"),
        new("beside-untrained", FormatType.Flag, "the same with an untrained network of the same shape; needs train, or a model that convvis trained; default false"),
        new("beside-from-scratch", FormatType.Section,
            "the same network trained on the target's training images alone, on the same folds; needs what beside-untrained needs") { Section = FromScratch }
    ]);

    /// <summary><c>depth</c>.</summary>
    public static FormatSection Depth { get; } = new(
    [
        new("layers", FormatType.Texts, "the layers, from the image upwards") { IsRequired = true, Fewest = 2 },
        new("heads", FormatType.Choices, "default svm and softmax") { Options = ["softmax", "svm"] },
        new("images-per-class", FormatType.Whole, "training images a class; default 30") { Least = 2 },
        new("test-per-class", FormatType.Whole, "other images of a class that are tested at most; default 50") { Least = 1 },
        new("folds", FormatType.Whole, "how often the experiment is drawn and run; default 5") { Least = 1 },
        new("l2", FormatType.Number, "the penalty on weights; default chosen by validation on training images") { Least = 1e-6 },
        new("most-features", FormatType.Whole, "a layer with more values is averaged over square cells of its maps; default 10000") { Least = 1 }
    ]);

    /// <summary><c>visualize</c>.</summary>
    public static FormatSection Visualize { get; } = new(
    [
        new("layers", FormatType.Texts, "the layers") { IsRequired = true },
        new("maps", FormatType.Whole, "maps of each layer, drawn at random; default 8") { Least = 1 },
        new("top", FormatType.Whole, "strongest activations of each map; default 9") { Least = 1, Most = 100 },
        new("rule", FormatType.Choice, "default paper") { Options = [.. ReversalRules.Presets.Select(static p => p.Name)] },
        new("overlap", FormatType.Choice, "default the rule's") { Options = Words<Overlap>() },
        new("lrn", FormatType.Choice, "default the rule's") { Options = Words<ContrastNormalisation>() },
        new("bias", FormatType.Choice, "default the rule's") { Options = Words<BiasUse>() },
        new("pixels", FormatType.Choice, "default the rule's") { Options = Words<PixelValues>() },
        new("start", FormatType.Choice, "default the rule's") { Options = Words<StartValue>() },
        new("range", FormatType.Choice, "default picture; map: pictures of one map share one range") { Options = ["picture", "map"] }
    ]);

    /// <summary>The file itself.</summary>
    public static FormatSection Top { get; } = new(
    [
        new("pipeline", FormatType.Text, "its name") { IsRequired = true },
        new("title", FormatType.Text, "title of the report; default the name"),
        new("out", FormatType.Text, "folder that receives everything; default ../runs/NAME"),
        new("seed", FormatType.Whole, "seed of all draws; default 1") { Least = 0 },
        new("data", FormatType.Section, "the images") { IsRequired = true, Section = Data },
        new("train", FormatType.Section, "how the network is trained; this or model") { Section = Train },
        new("model", FormatType.Text, "a network that is there already; this or train"),
        new("cache", FormatType.Text, "folder where features are kept, for several runs to share; default OUT/cache"),
        new("overlap", FormatType.Section, "look for target photos that are in the source too") { Section = OverlapSearch },
        new("transfer", FormatType.Section, "retrain the last layer for new classes") { Section = Transfer },
        new("depth", FormatType.Section, "compare layers") { Section = Depth },
        new("visualize", FormatType.Section, "draw what the layers respond to") { Section = Visualize }
    ]);

    private static IEnumerable<FormatKey> Settings(bool areOfPictures) => RecipeSettings.All.Where(s => s.IsAugmentation == areOfPictures)
        .Select(static s => new FormatKey(s.Name, TypeOf(s.Form), s.Description)
        {
            Least = s.Range?.Least, Most = s.Range?.Most, Options = s.Choices, CanBeNone = s.IsOptional,
        });

    private static FormatType TypeOf(RecipeValue form) => form switch
    {
        RecipeValue.Whole => FormatType.Whole,
        RecipeValue.Real => FormatType.Number,
        RecipeValue.Truth => FormatType.Flag,
        RecipeValue.Choice => FormatType.Choice,
        _ => FormatType.Any,
    };

    private static IReadOnlyList<string> Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(static n => n.ToLowerInvariant())];
}
