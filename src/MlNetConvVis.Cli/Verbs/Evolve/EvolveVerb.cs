using System.Diagnostics;
using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Cli.Verbs.Visualize;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Evolve;

/// <summary><c>evolve</c>: the paper's figure 4, how features develop while a network is trained.</summary>
internal sealed class EvolveVerb : Verb
{
    private const string ListFile = "evolution.json";
    private const string PageFile = "report.html";

    private readonly ValueOption _models = new(
        "--models", "DIR", "a folder of networks, or several ONNX files separated by commas",
        "the network at several moments: the folder 'epochs' of a training run, or files in order")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _images = InputOptions.Images;
    private readonly ValueOption _layers = new(
        "--layers", "L[,L...]", "one layer, or several separated by commas", "the layers, lowest first, as 'convvis inspect' names them", "--layer")
    { IsRequired = true, IsList = true };
    private readonly ValueOption _maps = new(
        "--maps", "N", "a whole number of 1 or more", "how many feature maps of each layer, drawn at random; default 6");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides which maps are drawn; default 0");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the pictures go") { IsRequired = true };
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly RuleOptions _rules = new();
    private readonly ModelOptions _modelOptions = new();

    public EvolveVerb()
        : base("evolve", "draw how the features of a network develop while it is trained")
    {
        Takes([_models, _images, _layers, _maps, .. _rules.All, _seed, _out, _strict, .. _modelOptions.All]);
    }

    public override string Details =>
        "For some maps of each layer it finds, at each moment of training, the photo and place that excite them most, and projects this " +
        "activation to pixels: figure 4 of Zeiler and Fergus 2013. 'train --keep-epochs 1,2,5,10,20,30,40,64' keeps the networks; the " +
        "paper takes the strongest activation over all training photos. Writes LAYER.png, a row a map and a column a moment (each " +
        "picture uses its full range; grey where a map was active in no photo), report.html and evolution.json. The table says from when on half " +
        $"of a layer's maps keep the photo that excites them most in the end.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--models runs/mine/epochs --images photos/train --layers conv1,conv3,conv5 --out evolution",
        "--models early.onnx,late.onnx --images photos --layers conv5 --maps 12 --out evolution",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var (rules, mapsEach, seed) = (_rules.Given(given), given.Whole(_maps, 1) ?? 6, (ulong)(given.Whole(_seed, 0) ?? 0));
        var folder = OutputPath.Folder(given, _out);
        var stages = Stages(given, terminal);
        var layers = given.RequiredItems(_layers);
        foreach (var layer in layers) _ = (ProjectionGraph.Of(stages[^1].Net, layer, rules.ToRules()), stages[^1].Net.FieldOf(layer));      // refuse before the long part
        var (loading, session) = (Common.Loading(given, given.Flag(_strict)), Common.Session(given, terminal));
        var files = Photos.Find(given.Required(_images));
        var (evolution, frames) = terminal.WithProgress(p =>
        {
            var photos = Frames.Read(files, stages[^1].Net, loading, p, terminal);
            var looking = p.Counting("Looking at", "photo", stages.Count * photos.Count, 0.1);
            return (FeatureEvolution.Follow(stages, layers, mapsEach, seed, photos, rules.ToRules(), session, looking, terminal.Cancellation), photos);
        });
        var earlier = new EarlierResults(folder, ListFile, ".png");
        var pictures = Write(folder, layers, evolution, stages);
        earlier.Tell(terminal, pictures.Values, ListFile);
        var result = new EvolveResult(
            [.. stages.Select(static s => s.Net.File ?? s.Name)], evolution.Stages, rules.Preset, frames.Count, clock.Elapsed.TotalSeconds,
            [.. layers.Select((layer, i) => Layer(layer, pictures.GetValueOrDefault(layer), evolution, i, frames, files, stages))],
            evolution.LowerLayersSettleFirst);
        EvolvePage.Of(result, stages, given.CommandLine, seed).Save(Path.Combine(folder, PageFile));
        Report(given, terminal, folder, result);
        return ExitCode.Ok;
    }

    private IReadOnlyList<TrainingStage> Stages(Arguments given, Terminal terminal)
    {
        var named = given.RequiredItems(_models);
        string[] files = named is [var only] && Directory.Exists(only)
            ? [.. Directory.EnumerateFiles(only, "*.onnx").Order(StringComparer.Ordinal)] : [.. named];
        if (files.Length < 2)
        {
            throw new UsageException(named is [var one] && Directory.Exists(one)
                ? $"{_models.Name} is '{one}', which holds {Counted.Of(files.Length, "network")}; at least two were wanted. 'train --keep-epochs 1,2,5,10' keeps them."
                : $"{_models.Name} names one network; {_models.Wanted} was wanted.");
        }

        return [.. files.Select(f => new TrainingStage(NameOf(f), _modelOptions.Load(given, f, terminal)))];
    }

    /// <summary>"epoch 5" for epoch-000005.onnx, the file's name for others.</summary>
    private static string NameOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return name.StartsWith("epoch-", StringComparison.Ordinal) && int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}") : name;
    }

    private static Dictionary<string, string> Write(string folder, IReadOnlyList<string> layers, Evolution evolution, IReadOnlyList<TrainingStage> stages)
    {
        var (names, files) = (FileNames.Of(layers), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var layer in layers.Where(l => evolution.Maps.Any(m => m.Layer == l)))
        {
            files[layer] = Path.Combine(folder, $"{names[layer]}.png");
            EvolutionSheet.Of(evolution, stages, layer).WritePng(files[layer]);
        }

        return files;
    }

    private static EvolvedLayer Layer(
        string layer, string? picture, Evolution evolution, int index, ImageFrames frames, ImageSet files, IReadOnlyList<TrainingStage> stages)
    {
        var settling = evolution.Settling[index];
        return new EvolvedLayer(
            layer, picture, settling.Settled, evolution.Stages[Math.Min(settling.SettledFrom, evolution.Stages.Count - 1)],
            [.. evolution.Maps.Where(m => m.Layer == layer).Select(m => new MapStages(m.Channel, [.. m.Stages.Select((p, s) => p is null ? null
                : ActivationPlace.Of(p.Source, files.Images[frames.Sources[p.Source.Image]].Path, stages[s].Net, layer))]))]);
    }

    private void Report(Arguments given, Terminal terminal, string folder, EvolveResult result)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, ListFile), Terminal.ToJson(result));
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        terminal.Line($"{Counted.Of(result.Photos, "photo")} at {Counted.Of(result.Stages.Count, "moment")} in {result.Seconds:0.0} s");
        var table = new TextTable([new("Picture"), new("Layer"), new("Half settled"), .. result.Stages.Select(static s => new Column(s, IsNumber: true))]);
        foreach (var layer in result.Layers)
        {
            table.Add([layer.File ?? "none: no map was active", layer.Layer, layer.SettledFrom,
                .. layer.Settled.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{100 * s:0} %"))]);
        }

        table.Write(terminal.Output, terminal.Width);
        if (result.Layers.Count > 1)
            terminal.Line($"Lower layers settle first (figure 4): {(result.LowerLayersSettleFirst ? "passed" : "failed")}");
        terminal.Line($"The report: {Path.Combine(folder, PageFile)}");
    }
}
