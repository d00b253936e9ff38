using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Cli.Verbs.Train;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Ablate;

/// <summary><c>ablate</c>: variations of a network trained side by side, as in the paper's table 3.</summary>
internal sealed class AblateVerb : Verb
{
    private const string Wanted = "a table of networks in YAML, or several network specs";

    private readonly Argument<string[]> _plan =
        new("TABLE.yaml") { Arity = ArgumentArity.ZeroOrMore, Description = Wanted + ", such as models/ablation64/table3.yaml" };
    private readonly ValueOption _out = new(
        "--out", "DIR", "a folder", "where the table goes, and a folder for each row with its network")
    { IsRequired = true };
    private readonly RecipeOptions _recipe = new("the table");
    private readonly EngineOptions _engine = new();
    private readonly TrainingPhotos _photos;

    public AblateVerb()
        : base("ablate", "train variations of a network and compare their errors (the paper's table 3)")
    {
        _photos = new TrainingPhotos(Common);
        Command.Arguments.Add(_plan);
        Takes([_photos.Data, _out, _recipe.Recipe, .. _photos.Others, _recipe.Seed, .. _engine.All, .. _recipe.Settings]);
    }

    public override string Details =>
        "Trains each network from scratch with the same photos, recipe and seed, and measures its errors after the last epoch: on the photos it was " +
        "trained on, as they are, and on those kept for checking. A table in YAML also brings the published errors to set beside them, and claims, which " +
        "pass or fail with a margin in percentage points; models/ablation/table3.yaml explains the format. Call it again after Ctrl+C or a crash: rows that " +
        "are done are kept, the one that was cut off goes on. Writes report.html, ablation.csv and ablation.json. 'training' sections of the networks' own " +
        "specs do not count.";

    public override IReadOnlyList<string> Examples =>
    [
        "models/ablation64/table3.yaml --data tiny-imagenet-200.tar.gz --out runs/table3 --epochs 10",
        "models/ablation/table3.yaml --data imagenet --out runs/table3 --recipe paper",
        "mine.yaml mine-without-fc6.yaml --data photos --out runs/compare --epochs 20",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var plan = Plan(given.All(_plan, Wanted));
        var engine = _engine.Given(given);
        var options = _recipe.Given(given, plan.Training, Common.Session(given, terminal));
        var folder = OutputPath.Folder(given, _out);
        var photos = _photos.Find(given, options.Seed, terminal);
        if (photos.Validation is null) throw new UsageException("Networks are compared on photos kept for checking; --validation must be above 0.");
        foreach (var row in plan.Rows.Where(static r => r.Spec.Training is not null))
            terminal.Note($"The 'training' section of '{row.Spec.Position.File}' does not count here: all rows are trained alike.");
        var (found, set) = terminal.WithProgress(progress =>
        {
            TrainingSet? set = null;
            var lines = new AblationLines(progress, plan.Rows.Max(static r => r.Title.Length));
            var found = new AblationStudy(plan, options, engine).Run(
                folder, preprocessing => set = _photos.Read(given, preprocessing, photos, terminal), lines, terminal.Cancellation);
            return (found, set!);
        });
        var result = AblateResult.Of(plan, set, found, Path.Combine(folder, "report.html"));
        AblationPage.Of(plan, found, set, options, engine.Name, given.CommandLine).Save(result.Report);
        File.WriteAllLines(Path.Combine(folder, "ablation.csv"), result.Csv());
        File.WriteAllText(Path.Combine(folder, "ablation.json"), Terminal.ToJson(result));
        if (given.Flag(Common.Json)) terminal.Json(result);
        else Print(terminal, result);
        return found.Rows.Any(static r => r.Errors is null) ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>One file with 'rows' is a table; all else are specs.</summary>
    private static AblationPlan Plan(IReadOnlyList<string> files)
    {
        if (files is [var only])
        {
            return YamlFile.Read(only).Has("rows") ? AblationPlanReader.Read(only) : throw new UsageException(
                $"'{only}' has no 'rows', so it is no table of networks, and a single network compares with nothing; {Wanted} was wanted.");
        }

        return AblationPlan.Of([.. files.Select(static f => NetworkSpec.Read(f))]);
    }

    private static void Print(Terminal terminal, AblateResult result)
    {
        var published = result.Rows.Any(static r => r.Published is not null);
        Column[] Error(string name) => published ? [new(name, IsNumber: true), new("published", IsNumber: true)] : [new(name, IsNumber: true)];
        string[] Cells(double? own, double? theirs) => published ? [Percent(own), Percent(theirs)] : [Percent(own)];
        var table = new TextTable([
            new("Error in %"), .. Error("training"), .. Error("top 1"), .. Error("top 5"), new("Parameters", IsNumber: true), new("Time", IsNumber: true)]);
        foreach (var row in result.Rows)
        {
            table.Add([
                row.Title, .. Cells(row.Errors?.Training, row.Published?.Training), .. Cells(row.Errors?.Top1, row.Published?.Top1),
                .. Cells(row.Errors?.Top5, row.Published?.Top5), row.Parameters?.ToString("N0", CultureInfo.InvariantCulture) ?? "", Time(row.Seconds)]);
        }

        table.Write(terminal.Output, terminal.Width);
        terminal.Line($"Trained on {Counted.Of(result.TrainingImages, "photo")}; top 1 and top 5 on {Counted.Of(result.ValidationImages, "other")}");
        foreach (var row in result.Rows.Where(static r => r.Problem is not null)) terminal.Line($"{row.Title}: {row.Problem}");
        if (result.Claims.Count > 0) Print(terminal, result.Claims);
        terminal.Line($"Written to {result.Report}");
    }

    private static void Print(Terminal terminal, IReadOnlyList<DecidedClaim> claims)
    {
        terminal.Output.WriteLine();
        var table = new TextTable(new("Claim"), new("Here"), new("Margin", IsNumber: true), new("published", IsNumber: true));
        foreach (var claim in claims)
            table.Add(claim.Claim, AblationPage.Verdict(claim.Passed), AblationPage.Points(claim.Margin), AblationPage.Points(claim.PublishedMargin));
        table.Write(terminal.Output, terminal.Width);
    }

    private static string Percent(double? error) => error?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

    private static string Time(double? seconds) => seconds is { } time
        ? TimeSpan.FromSeconds(Math.Round(time)).ToString("c", CultureInfo.InvariantCulture) : "";
}
