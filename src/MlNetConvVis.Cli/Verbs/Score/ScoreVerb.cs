using System.Diagnostics;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Scoring;

namespace MlNetConvVis.Cli.Verbs.Score;

/// <summary><c>score</c>: the most probable labels of every photo of a collection.</summary>
internal sealed class ScoreVerb : Verb
{
    private const string NoShard = "none";

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network; its output is one score a class") { IsRequired = true };
    private readonly ValueOption _images = new(
        "--images", "PATH", "a folder, a .tar or .tar.gz archive, a list or a table of photos",
        "photos: a folder, a tar archive, a text file with one path a line, or a .csv with a column 'file'")
    { IsRequired = true };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the results go; a run that was stopped or killed goes on there") { IsRequired = true };
    private readonly ValueOption _top = new("--top-labels", "N", "a whole number from 1 to 1000", "labels of each row; default 5");
    private readonly ValueOption _visualize = new(
        "--visualize", "LAYER", "one layer, as 'convvis inspect' names it", "draw pictures of chosen rows: the photo, and the strongest unit of this layer down to pixels");
    private readonly ValueOption _pictures = new(
        "--pictures", "WHICH", "all, least:N or class:N",
        "with --visualize: all rows, the N least certain, or N of each class that was recognised, drawn by lot; default least:100");
    private readonly FlagOption _wholeMap = new("--whole-map", "with --visualize: all units of the strongest unit's map together");
    private readonly RuleOptions _rules = new();
    private readonly ValueOption _part = new(
        "--part", "ROWS", "a whole number from 1 to 1000000", "rows written at a time, and so the most that a killed run computes again; default 1000");
    private readonly ValueOption _shard = new(
        "--shard", "I/N", "two whole numbers such as 2/4, or none",
        "score the I-th of N equal parts of the list; in a Slurm array or an indexed Kubernetes job that is found out, and 'none' prevents it");
    private readonly ValueOption _shards = new(
        "--shards", "N", "a whole number of 1 or more", "how many completions the indexed Kubernetes job has, which it does not say itself");
    private readonly ModelOptions _modelOptions = new();

    public ScoreVerb()
        : base("score", "label a large collection of photos, with pictures and a page to look through")
    {
        Takes([_model, _images, _out, _top, _visualize, _pictures, _wholeMap, .. _rules.All, _part, _shard, _shards, .. _modelOptions.All]);
    }

    public override string Details =>
        "Writes scores.csv and scores.jsonl (a row for each photo in the order of the list: its file, the class the collection has it in, the most probable labels " +
        "with their probabilities; a photo that cannot be read has an error in their place), index.html (search, filter, sort; opens without a server), and with " +
        "--visualize pictures. Kill it at any time and give the same command again: it goes on, and no row is lost, doubled or half-written. A folder with " +
        "the results of another model, list or options is refused. Several machines: give each a --shard and the same --out, then 'convvis merge' joins " +
        "the parts to what one run would have written (docs/scoring.md).\n" + ModelOptions.Note;

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos --out scores",
        "--model net.onnx --images photos.tar --out scores --visualize conv5 --pictures class:5",
        "--model net.onnx --images list.txt --out scores --shard 2/4",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var folder = OutputPath.Folder(given, _out);
        var net = _modelOptions.Load(given, given.Required(_model), terminal);
        _ = net.RequirePreprocessing();
        var options = Options(given, terminal);
        var list = ScoreList.Open(given.Required(_images));
        var result = terminal.WithProgress(p => ScoreRun.Run(net, list, folder, options, new ScoreProgressLines(p), terminal.Cancellation));
        ScoreReport.Write(given.Flag(Common.Json), terminal, result, clock.Elapsed.TotalSeconds, options.Shard);
        return ExitCode.Ok;
    }

    private ScoreOptions Options(Arguments given, Terminal terminal) => new()
    {
        TopLabels = given.Whole(_top, 1, 1000) ?? 5,
        PartRows = given.Whole(_part, 1, 1_000_000) ?? 1000,
        Shard = Shard(given, terminal),
        Pictures = Pictures(given),
        Session = Common.Session(given, terminal),
        Loading = Common.Loading(given, strict: false),
        Note = terminal.Note,
    };

    private PictureOptions? Pictures(Arguments given)
    {
        if (given.Text(_visualize) is { } layer)
        {
            var wanted = new PictureOptions(layer) { WholeMap = given.Flag(_wholeMap), Rules = _rules.Given(given) };
            return given.Text(_pictures) is not { } text ? wanted
                : wanted with { Choice = PictureChoice.Parse(text) ?? throw Arguments.Wrong(_pictures, text) };
        }

        return _rules.All.Prepend(_pictures).Append(_wholeMap).FirstOrDefault(given.Has) is { } lonely
            ? throw new UsageException($"{lonely.Name} was given, but no pictures are drawn without {_visualize.Name}; {_visualize.Wanted} was wanted there.") : null;
    }

    private Shard Shard(Arguments given, Terminal terminal)
    {
        if (given.Text(_shard) is { } text)
            return text == NoShard ? Scoring.Shard.Whole : Scoring.Shard.Parse(text) ?? throw Arguments.Wrong(_shard, text);
        if (ShardEnvironment.Find(Environment.GetEnvironmentVariable, given.Whole(_shards, least: 1)) is not { } found)
        {
            return !given.Has(_shards) ? Scoring.Shard.Whole : throw new UsageException(
                $"{_shards.Name} was given, but no variable of a Slurm array or an indexed Kubernetes job says which of them this is; {_shard.Name} I/N was wanted.");
        }

        terminal.Note($"This is shard {found.Shard}, by {found.Source}.");
        return found.Shard;
    }
}
