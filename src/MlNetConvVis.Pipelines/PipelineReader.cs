using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Pipelines.Format;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>Reads pipeline files. Paths in them are relative to the file; <c>${VARIABLE}</c> is taken from the environment.</summary>
public static class PipelineReader
{
    private static readonly IReadOnlyDictionary<string, HeadKind> s_heads =
        new Dictionary<string, HeadKind> { ["softmax"] = HeadKind.Softmax, ["svm"] = HeadKind.Svm };

    /// <summary>Reads a pipeline file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="environment">Looks variables up; the process environment when null.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="Specs.SpecException">The file is missing or wrong; the message gives line, column and the nearest valid key.</exception>
    public static PipelineSpec Read(string path, Func<string, string?>? environment = null)
    {
        var top = YamlFile.Read(path, environment);
        top.EnsureNoOtherKeys(PipelineFormat.Top.Names);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var seed = (ulong)top.Int("seed", 1, least: 0);
        var name = top.Text("pipeline");
        if (top.Has("train") == top.Has("model"))
            throw top.Error("A pipeline needs a network: either 'train' (a spec and a recipe) or 'model' (an ONNX file), not both.");
        EnsureImagesFor(top);
        return new PipelineSpec
        {
            File = Path.GetFullPath(path),
            Name = name,
            Title = top.Text("title", name),
            Out = PathIn(folder, top.Text("out", $"../runs/{name}")),
            Seed = seed,
            Data = Data(top.Map("data"), folder),
            Train = top.Has("train") ? Train(top.Map("train"), folder, seed) : null,
            Model = top.Has("model") ? PathIn(folder, top.Text("model")) : null,
            Cache = top.Has("cache") ? PathIn(folder, top.Text("cache")) : null,
            Overlap = top.Has("overlap") ? Overlap(top.Map("overlap")) : null,
            Transfer = top.Has("transfer") ? Transfer(top.Map("transfer"), folder, seed) : null,
            Depth = top.Has("depth") ? Depth(top.Map("depth"), seed) : null,
            Visualize = top.Has("visualize") ? Visualize(top.Map("visualize")) : null,
        };
    }

    private static string PathIn(string folder, string path) => Path.GetFullPath(Path.Combine(folder, path));

    private static DataSection Data(YamlMap map, string folder)
    {
        map.EnsureNoOtherKeys(PipelineFormat.Data.Names);
        if (map.Has("emoji") && (map.Has("source") || map.Has("target")))
            throw map.Error("'data' names the emoji set and folders too; one of them is wanted.");
        if (map.Has("emoji"))
        {
            var emoji = map.Map("emoji");
            emoji.EnsureNoOtherKeys(PipelineFormat.Emoji.Names);
            return new DataSection { EmojiSide = emoji.Int("side", 64, least: 16, most: 512) };
        }

        return !map.Has("source") && !map.Has("target") ? throw map.Error("'data' names no images; 'emoji', or 'source' and 'target' folders, are wanted.")
            : new DataSection
            {
                Source = map.Has("source") ? PathIn(folder, map.Text("source")) : null,
                Target = map.Has("target") ? PathIn(folder, map.Text("target")) : null,
                Clutter = map.Bool("clutter", false),
                Validation = map.Float("validation", 0.1f, least: 0, most: 0.9f),
            };
    }

    /// <summary>Refuses sections without images to work on before any work begins; the emoji set has images for all of them.</summary>
    private static void EnsureImagesFor(YamlMap top)
    {
        var data = top.Map("data");
        if (data.Has("emoji")) return;
        if (top.Has("train") && !data.Has("source")) throw data.Error("'data' names no 'source' folder, but 'train' needs images to train on.");
        foreach (var section in new[] { "transfer", "depth", "overlap" }.Where(s => top.Has(s) && !data.Has("target")))
            throw data.Error($"'data' names no 'target' folder, but '{section}' needs images to transfer to.");
        if (top.Has("overlap") && !data.Has("source")) throw data.Error("'data' names no 'source' folder, but 'overlap' needs the images the network was trained on.");
    }

    /// <summary>Where the section says nothing, what the spec says under <c>training</c>; without that, the plain options, with pictures as they are.</summary>
    private static TrainSection Train(YamlMap map, string folder, ulong seed)
    {
        var spec = PathIn(folder, map.Text("spec"));
        var start = File.Exists(spec) && NetworkSpec.Read(spec).Training is { } recipe ? RecipeYaml.Read(recipe, TrainingOptions.Modern)
            : new TrainingOptions { Augmentation = Augmentation.None };
        return new TrainSection(spec, RecipeYaml.Read(map, start, "spec") with { Seed = seed });
    }

    private static TransferSection Transfer(YamlMap map, string folder, ulong seed)
    {
        map.EnsureNoOtherKeys(PipelineFormat.Transfer.Names);
        var named = map.Choice("protocol", TransferProtocols.ByName, TransferProtocols.Folder);
        var ranks = named == TransferProtocols.Voc2012;
        string[] drawn = ["images-per-class", "test-per-class", "folds", "splits", "switches", "beside-untrained", "beside-from-scratch"];
        if (ranks && Array.Find(drawn, map.Has) is { } extra)
            throw map[extra].Error($"'{extra}' is there, but 'protocol: voc2012' takes the data set's own training and validation images; leave it out.");
        var protocol = Protocol(map, named, seed) with
        {
            ImagesPerClass = map.List("images-per-class", static v => v.AsInt(least: 1), named.ImagesPerClass),
        };
        return new TransferSection(map.Text("layer"), protocol)
        {
            Heads = map.List("heads", static v => v.AsChoice(s_heads), [HeadKind.Softmax]),
            IsRanking = ranks,
            BesideUntrained = map.Bool("beside-untrained", false),
            FromScratch = map.Has("beside-from-scratch") ? FromScratch(map.Map("beside-from-scratch"), protocol) : null,
            Switches = map.Bool("switches", false),
            MostFeatures = map.Int("most-features", int.MaxValue, least: 1),
            Splits = map.Has("splits") ? PathIn(folder, map.Text("splits")) : null,
        };
    }

    private static FromScratchSection FromScratch(YamlMap map, TransferProtocol protocol)
    {
        var options = RecipeYaml.Read(map, TrainingOptions.Modern, "folds", "images-per-class");
        var images = map.List("images-per-class", static v => v.AsInt(least: 1), protocol.ImagesPerClass);
        var most = protocol.ImagesPerClass.Max();
        if (images.Max() > most)
            throw map["images-per-class"].Error($"'images-per-class' has {images.Max()}, but the transfer trains on {most} images a class at most.");
        return new FromScratchSection(options, Math.Min(map.Int("folds", protocol.Folds, least: 1), protocol.Folds), images);
    }

    private static DepthSection Depth(YamlMap map, ulong seed)
    {
        map.EnsureNoOtherKeys(PipelineFormat.Depth.Names);
        var layers = map.List("layers", static v => v.AsText());
        if (layers.Count < 2) throw map["layers"].Wrong("a list of two layers or more");
        return new DepthSection(layers, Protocol(map, TransferProtocols.Caltech101, seed) with
        {
            Name = "depth",
            ImagesPerClass = [map.Int("images-per-class", 30, least: 2)],
        })
        {
            Heads = map.List("heads", static v => v.AsChoice(s_heads), [HeadKind.Svm, HeadKind.Softmax]),
            MostFeatures = map.Int("most-features", 10_000, least: 1),
        };
    }

    private static TransferProtocol Protocol(YamlMap map, TransferProtocol named, ulong seed) => named with
    {
        TestPerClass = map.Int("test-per-class", named.TestPerClass, least: 1),
        Folds = map.Int("folds", named.Folds, least: 1),
        Seed = seed,
        Head = new HeadOptions { L2 = map.Has("l2") ? map.Float("l2", least: 1e-6f) : null },
    };

    private static OverlapSection Overlap(YamlMap map)
    {
        map.EnsureNoOtherKeys(PipelineFormat.OverlapSearch.Names);
        return new OverlapSection(map.Float("threshold", 0.95f, least: 0, most: 1), map.Bool("leave-out", true));
    }

    private static VisualizeSection Visualize(YamlMap map)
    {
        map.EnsureNoOtherKeys(PipelineFormat.Visualize.Names);
        var preset = ReversalOptions.Of(
            map.Choice("rule", ReversalRules.Presets.ToDictionary(static p => p.Name, static p => p.Name), ReversalRules.Paper.Name));
        return new VisualizeSection(
            map.List("layers", static v => v.AsText()),
            map.Int("maps", 8, least: 1),
            map.Int("top", 9, least: 1, most: 100),
            preset with
            {
                Overlap = map.Choice("overlap", Words<Overlap>(), preset.Overlap),
                Lrn = map.Choice("lrn", Words<ContrastNormalisation>(), preset.Lrn),
                Bias = map.Choice("bias", Words<BiasUse>(), preset.Bias),
                Pixels = map.Choice("pixels", Words<PixelValues>(), preset.Pixels),
                Start = map.Choice("start", Words<StartValue>(), preset.Start),
            },
            map.Choice("range", new Dictionary<string, bool> { ["picture"] = false, ["map"] = true }, false));
    }

    private static Dictionary<string, T> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(static v => v.ToString().ToLowerInvariant());
}
