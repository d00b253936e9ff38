using System.CommandLine;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Cli.Verbs.Transfer;

/// <summary>What <c>transfer</c> and <c>depth</c> have in common: a network, photos by class, and how heads are trained and tested on them.</summary>
internal sealed class StudyOptions
{
    private static readonly IReadOnlyDictionary<string, HeadKind> s_heads =
        new Dictionary<string, HeadKind> { ["softmax"] = HeadKind.Softmax, ["svm"] = HeadKind.Svm };

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network, whose layers stay as they are");
    private readonly ValueOption _data = new("--data", "PATH", "a folder with a folder of photos for each class, a published data set, or a .tar archive of either",
        "the photos: one folder a class; or Caltech-101, Caltech-256, PASCAL VOC and others as they come; or a .tar archive, which is not unpacked");
    private readonly FlagOption _clutter = new("--clutter", "keep the class that shows anything at all (BACKGROUND_Google, 257.clutter)");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where everything goes");
    private readonly ValueOption _head;
    private readonly ValueOption _test = new(
        "--test-per-class", "N", "a whole number of 1 or more", "how many other photos of a class are tested at most; default 50");
    private readonly ValueOption _folds = new("--folds", "N", "a whole number of 1 or more", "how often the experiment is drawn and run; default 5");
    private readonly ValueOption _l2 = new(
        "--l2", "X", "a number from 0.000001 to 1000000", "the penalty on weights (scikit-learn's C is 1 / (images * L2)); default: chosen by validation on training photos");
    private readonly ValueOption _most = new("--most-features", "N", "a whole number of 1 or more", "");
    private readonly ValueOption _cache = new("--cache", "DIR", "a folder", "where features are kept, for several runs to share; default OUT/cache");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "the seed of all draws; default 1");
    private readonly ModelOptions _modelOptions = new();

    public StudyOptions(string heads, string most)
    {
        _head = new("--head", "NAME[,NAME]", "softmax or svm", $"softmax (multinomial logistic regression), svm (linear, one against the rest), or both; default {heads}")
        {
            IsList = true,
        };
        _most.Description = $"a layer with more values is averaged over square cells of its maps until it fits; default {most}";
    }

    public IEnumerable<Option> All => [_model, _data, _clutter, _head, _test, _folds, _l2, _most, _cache, _seed, _out, .. _modelOptions.All];

    public ValueOption Out => _out;

    public bool HasModel(Arguments given) => given.Has(_model) || given.Has(_data);

    /// <summary>Gets a pipeline of the network and the photos, without an experiment.</summary>
    public PipelineSpec Spec(Arguments given, Terminal terminal, string name, string title)
    {
        var (model, data) = (given.Required(_model), given.Required(_data));
        return new PipelineSpec
        {
            Name = name,
            Title = title,
            File = "options",
            Loaded = _modelOptions.Load(given, model, terminal),
            Model = Path.GetFullPath(model),
            Data = new DataSection { Target = Path.GetFullPath(data), Clutter = given.Flag(_clutter) },
            Out = Path.GetFullPath(OutputPath.Folder(given, _out)),
            Cache = given.Text(_cache) is { } cache ? Path.GetFullPath(cache) : null,
            Seed = Seed(given),
        };
    }

    public TransferProtocol Protocol(Arguments given, TransferProtocol named) => named with
    {
        TestPerClass = given.Whole(_test, 1) ?? named.TestPerClass,
        Folds = given.Whole(_folds, 1) ?? named.Folds,
        Seed = Seed(given),
        Head = named.Head with { L2 = given.Real(_l2, 1e-6f, 1e6f) },
    };

    public IReadOnlyList<HeadKind> Heads(Arguments given, params IReadOnlyList<HeadKind> fallback)
    {
        var names = given.Items(_head);
        foreach (var name in names.Where(static n => !s_heads.ContainsKey(n))) throw Arguments.Wrong(_head, name);
        return names.Count == 0 ? fallback : [.. names.Distinct(StringComparer.Ordinal).Select(static n => s_heads[n])];
    }

    public int MostFeatures(Arguments given, int fallback) => given.Whole(_most, 1) ?? fallback;

    private ulong Seed(Arguments given) => (ulong)(given.Whole(_seed, 0) ?? 1);
}
