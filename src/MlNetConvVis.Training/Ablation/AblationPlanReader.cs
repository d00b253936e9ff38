using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Training;

/// <summary>Reads an ablation from a YAML file, such as <c>models/ablation/table3.yaml</c>, which explains the format.</summary>
public static class AblationPlanReader
{
    private static readonly Dictionary<string, AblationMeasure> s_measures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["top-1"] = AblationMeasure.Top1, ["top-5"] = AblationMeasure.Top5, ["training"] = AblationMeasure.Training,
    };

    /// <summary>Reads a file: <c>title</c>, <c>rows</c>, <c>claims</c>, <c>training</c>. With <c>extends: other.yaml</c> it is the other file with other specs:
    /// <c>rows</c> then says which, and the rest carries over where it says nothing.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The plan, with all specs read.</returns>
    /// <exception cref="SpecException">A file cannot be read or used; with its place.</exception>
    public static AblationPlan Read(string path)
    {
        var top = YamlFile.Read(path);
        if (top.Find("extends") is not { } link)
        {
            top.EnsureNoOtherKeys(["title", "rows", "claims", "training"]);
            return Plan(top, path, top, null);
        }

        top.EnsureNoOtherKeys(["extends", "title", "rows", "training"]);
        var other = YamlFile.Read(Beside(path, link));
        if (other.Find("extends") is { } again)
            throw again.Error($"'{Path.GetFileName(path)}' extends a file that extends another; name that other one.");
        other.EnsureNoOtherKeys(["title", "rows", "claims", "training"]);
        return Plan(other, path, top, top.Map("rows"));
    }

    private static AblationPlan Plan(YamlMap base_, string path, YamlMap top, YamlMap? specs)
    {
        var entries = base_.Map("rows").Entries;
        if (entries.Count == 0) throw base_["rows"].Wrong("a row for each network");
        specs?.EnsureNoOtherKeys([.. entries.Select(static e => e.Key)]);
        AblationRow[] rows = [.. entries.Select(e => Row(e, path, specs is null ? e.Value.AsMap()["spec"] : specs[e.Key]))];
        var names = rows.ToDictionary(static r => r.Name, static r => r.Name, StringComparer.Ordinal);
        return new AblationPlan(
            top.Text("title", base_.Text("title", "Ablation")), rows, base_.List("claims", claim => Claim(claim.AsMap(), names), []),
            (top.Find("training") ?? base_.Find("training"))?.AsMap());
    }

    private static AblationRow Row(YamlEntry entry, string path, YamlValue spec)
    {
        var map = entry.Value.AsMap();
        map.EnsureNoOtherKeys(["title", "spec", "published"]);
        return new AblationRow(
            entry.Key, map.Text("title", entry.Key), NetworkSpec.Read(Beside(path, spec)), map.Has("published") ? Errors(map.Map("published")) : null);
    }

    private static AblationErrors Errors(YamlMap map)
    {
        map.EnsureNoOtherKeys([.. s_measures.Keys]);
        double Percent(string key) => Math.Round(map.Float(key, least: 0, most: 100), 3);      // 40.5 as a float is 40.500000…
        return new AblationErrors(Percent("training"), Percent("top-1"), map.Has("top-5") ? Percent("top-5") : null);
    }

    private static AblationClaim Claim(YamlMap map, IReadOnlyDictionary<string, string> rows)
    {
        map.EnsureNoOtherKeys(["claim", "worse", "than", "from", "error"]);
        return new AblationClaim(
            map.Text("claim"), map.Choice("worse", rows), [.. map["than"].AsOneOrMore().Select(v => v.AsChoice(rows))],
            map.Has("from") ? map.Choice("from", rows) : null, map.Choice("error", s_measures, AblationMeasure.Top1));
    }

    private static string Beside(string path, YamlValue link)
    {
        var other = Path.Combine(Path.GetDirectoryName(path) ?? "", link.AsText());
        return File.Exists(other) ? other : throw link.Error($"There is no file '{other}'; a path from this file's folder was wanted.");
    }
}
