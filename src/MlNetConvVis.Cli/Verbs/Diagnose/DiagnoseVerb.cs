using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Diagnose;

/// <summary><c>diagnose</c>: the paper's reading of a first layer, for one network or two side by side.</summary>
internal sealed class DiagnoseVerb : Verb
{
    private const float PaperLimit = 0.1f;

    private readonly ValueOption _model = new("--model", "M.onnx", "an ONNX file", "the network") { IsRequired = true };
    private readonly ValueOption _beside = new("--beside", "M.onnx", "an ONNX file", "another network to compare it with");
    private readonly ValueOption _images = new(
        "--images", "DIR", "a folder of photos", "photos to find dead filters with; without them only a filter of zeros counts as dead");
    private readonly ValueOption _limit = new(
        "--rms-limit", "R", "a number above 0", "the root mean square that training scales filters back to; those within 5 % of it are counted; default 0.1, the paper's");
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where report.html, pictures of the filters, diagnosis.csv and diagnosis.json go");
    private readonly ModelOptions _modelOptions = new();

    public DiagnoseVerb()
        : base("diagnose", "find dead, dominating and aliasing filters in the first layer of a network")
    {
        Takes([_model, _beside, _images, _limit, _out, .. _modelOptions.All]);
    }

    public override string Details =>
        "Zeiler and Fergus 2013, figure 6 and section 4.1: their filters of 11x11 with steps of 4 were partly dead, mixed " +
        "extremely high and low frequencies and aliased; 7x7 with steps of 2 did better. A filter is dead when its map is above " +
        "zero nowhere in any photo. Frequencies are shares of energy: low below 1/8 of a cycle a pixel, high above 1/4. Aliased is " +
        "the share above what maps taken every step can carry. Of networks with batch normalisation the folded filters are looked " +
        $"at, whose size means little.\n{ModelOptions.Note}";

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --images photos",
        "--model 11x11.onnx --beside 7x7.onnx --images photos --out diagnosis",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var (limit, folder) = (given.Real(_limit, 1e-6f, 1e6f) ?? PaperLimit, given.Has(_out) ? OutputPath.Folder(given, _out) : null);
        string[] models = [given.Required(_model), .. given.Text(_beside) is { } other ? new[] { other } : []];
        var nets = models.Select(m => (File: m, Net: _modelOptions.Load(given, m, terminal))).ToArray();
        foreach (var (file, net) in nets)
        {
            if (FirstFilters.Of(net) is null)
                throw new GraphException($"'{file}' has no convolution of 1 or 3 channels directly at the image; there is no first layer to diagnose.");
        }

        var photos = given.Text(_images) is { } images ? Photos.Find(images) : null;
        var titles = FileTitles.Of(models);
        DiagnosedNetwork[] found = [.. nets.Select((n, i) => new DiagnosedNetwork(n.File, titles[i], Diagnose(given, terminal, n.Net, photos), limit))];
        if (folder is not null) Write(folder, [.. nets.Select(static n => n.Net)], found, limit, given.CommandLine);
        if (given.Flag(Common.Json)) terminal.Json(found);
        else Report(terminal, found, limit);
        return ExitCode.Ok;
    }

    private FirstLayerDiagnosis Diagnose(Arguments given, Terminal terminal, ConvNet net, ImageSet? photos)
    {
        if (photos is null) return FirstLayerDiagnosis.Of(net)!;
        var (loading, session) = (Common.Loading(given, strict: false), Common.Session(given, terminal));
        return terminal.WithProgress(progress =>
        {
            var frames = Frames.Read(photos, net, loading, progress, terminal);
            var looking = progress.Counting("Looking at", "photo", frames.Count, 0.2);
            return FirstLayerDiagnosis.Of(net, frames.Count, frames.Fill, session, looking, terminal.Cancellation)!;
        });
    }

    private static void Write(string folder, ConvNet[] nets, DiagnosedNetwork[] found, double limit, string command)
    {
        Directory.CreateDirectory(folder);
        var names = FileNames.Of(found.Select(static n => Path.ChangeExtension(n.Title, null)));
        foreach (var (net, network) in nets.Zip(found))
            FirstFilters.Of(net)!.Sheet().WritePng(Path.Combine(folder, $"{names[Path.ChangeExtension(network.Title, null)]}.filters.png"));
        var rows = found.SelectMany(static n => n.Rows()).Prepend(DiagnosedNetwork.Columns).Select(static row => string.Join(',', row.Select(CsvTable.Quoted)));
        File.WriteAllLines(Path.Combine(folder, "diagnosis.csv"), rows);
        File.WriteAllText(Path.Combine(folder, "diagnosis.json"), Terminal.ToJson(found));
        DiagnosePage.Of(nets, found, limit, command).Save(Path.Combine(folder, "report.html"));
    }

    private static void Report(Terminal terminal, DiagnosedNetwork[] found, double limit)
    {
        var table = new TextTable([new("First layer"), .. found.Select(static n => new Column(n.Title, IsNumber: true))]);
        foreach (var line in DiagnosedNetwork.Lines(found, limit)) table.Add([.. line]);
        table.Write(terminal.Output, terminal.Width);
    }
}
