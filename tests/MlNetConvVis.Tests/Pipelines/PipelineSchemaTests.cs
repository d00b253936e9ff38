using System.Globalization;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Pipelines.Format;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Pipelines;

/// <summary>The schema beside the pipelines says what the reader takes. To write it anew, set CONVVIS_WRITE_SCHEMA=1 for one run of these tests.</summary>
public class PipelineSchemaTests
{
    private const string Whole = """
        pipeline: p
        data: { source: s, target: t, emoji: {} }
        train: { spec: s.yaml, augment: {} }
        overlap: {}
        transfer: { layer: a, beside-from-scratch: { augment: {} } }
        depth: { layers: [a, b] }
        visualize: { layers: [a] }
        """;

    public static TheoryData<string, string> Limits
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (path, key) in Keys(PipelineFormat.Top, ""))
            {
                if (key.Type is FormatType.Section or FormatType.Text or FormatType.Texts or FormatType.Any) continue;
                data.Add(path, key.Name);
            }

            return data;
        }
    }

    [Fact]
    public void The_file_is_what_the_format_says()
    {
        var file = Path.Combine(PipelineReaderTests.RepositoryRoot(), "pipelines", "pipeline.schema.json");
        if (Environment.GetEnvironmentVariable("CONVVIS_WRITE_SCHEMA") == "1") File.WriteAllText(file, PipelineSchema.Text());
        Assert.Equal(PipelineSchema.Text(), File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    [Theory, MemberData(nameof(Limits))]
    public void The_reader_keeps_to_the_types_and_limits_of_the_schema(string section, string name)
    {
        var key = Keys(PipelineFormat.Top, "").Single(k => k.Path == section && k.Key.Name == name).Key;
        foreach (var right in Right(key)) Assert.Null(Refusal(section, name, right));
        foreach (var wrong in Wrong(key)) Assert.Contains(name, Refusal(section, name, wrong) ?? "(taken)", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quickstart.yaml")]
    [InlineData("train-emoji.yaml")]
    [InlineData("caltech101.yaml")]
    [InlineData("caltech256.yaml")]
    [InlineData("voc2012.yaml")]
    [InlineData("imagenet.yaml")]
    [InlineData("folder.yaml")]
    public void Every_pipeline_can_be_read(string name)
    {
        var path = Path.Combine(PipelineReaderTests.RepositoryRoot(), "pipelines", name);
        var spec = PipelineReader.Read(path, static _ => "/somewhere");
        Assert.Equal(Path.GetFileNameWithoutExtension(name), spec.Name);
        Assert.StartsWith("# yaml-language-server: $schema=pipeline.schema.json", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Protocols_are_those_of_the_paper()
    {
        var folder = Path.Combine(PipelineReaderTests.RepositoryRoot(), "pipelines");
        var caltech = PipelineReader.Read(Path.Combine(folder, "caltech101.yaml"), static _ => "/x").Transfer!.Protocol;
        Assert.Equal((50, 5), (caltech.TestPerClass, caltech.Folds));
        Assert.Equal([15, 30], caltech.ImagesPerClass);
        Assert.Equal([6, 15, 30, 45, 60], PipelineReader.Read(Path.Combine(folder, "caltech256.yaml"), static _ => "/x").Transfer!.Protocol.ImagesPerClass);
        Assert.True(PipelineReader.Read(Path.Combine(folder, "voc2012.yaml"), static _ => "/x").Transfer!.IsRanking);
    }

    private static IEnumerable<(string Path, FormatKey Key)> Keys(FormatSection section, string path)
    {
        foreach (var key in section.Keys)
        {
            yield return (path, key);
            foreach (var below in key.Section is { } inner ? Keys(inner, path.Length == 0 ? key.Name : $"{path}/{key.Name}") : []) yield return below;
        }
    }

    private static IEnumerable<string> Right(FormatKey key) => key.Type switch
    {
        FormatType.Flag => ["true", "false"],
        FormatType.Choice => key.Options,
        FormatType.Choices => key.Options.Select(static o => $"[{o}]"),
        FormatType.Wholes => [$"[{Text(key.Least ?? 0)}]"],
        FormatType.Whole => [Text(key.Least ?? -5), Text(key.Most ?? 1000)],
        _ => [Text(key.Least ?? -5), Text(key.Most ?? 1000)],
    };

    private static IEnumerable<string> Wrong(FormatKey key)
    {
        yield return key.Type is FormatType.Choices or FormatType.Wholes ? "[nonsense]" : "nonsense";
        if (key.Type == FormatType.Whole) yield return "1.5";
        if (key.Least is { } least) yield return key.Type == FormatType.Wholes ? $"[{Text(least - 1)}]" : Text(least - 1);
        if (key.Most is { } most) yield return Text(most + 1);
    }

    private static string Text(double number) => number.ToString("0.########", CultureInfo.InvariantCulture);

    /// <summary>Reads a pipeline with one key set; gets what the reader says of it, or null when it takes it.</summary>
    private static string? Refusal(string section, string name, string value)
    {
        var own = section.Length == 0 ? "" : section.Split('/')[^1];
        var keeps = own is "emoji" ? "data: { emoji: {} }" : "data: { source: s, target: t }";
        var text = Whole.Replace("data: { source: s, target: t, emoji: {} }", keeps, StringComparison.Ordinal);
        // the ranking of PASCAL VOC has no folds to train a baseline on
        if (value == "voc2012") text = text.Replace(", beside-from-scratch: { augment: {} }", "", StringComparison.Ordinal);
        var assignment = $"{name}: {value}";
        text = section switch
        {
            "" => $"{text}\n{assignment}",
            "transfer/beside-from-scratch/augment" => text.Replace("scratch: { augment: {}", $"scratch: {{ augment: {{ {assignment} }}", StringComparison.Ordinal),
            "train/augment" => text.Replace("yaml, augment: {}", $"yaml, augment: {{ {assignment} }}", StringComparison.Ordinal),
            "data/emoji" => text.Replace("emoji: {}", $"emoji: {{ {assignment} }}", StringComparison.Ordinal),
            _ => text.Replace($"{own}: {{", $"{own}: {{ {assignment}, ", StringComparison.Ordinal).Replace(", }", " }", StringComparison.Ordinal),
        };
        using var folder = new TemporaryFolder();
        try
        {
            _ = PipelineReader.Read(folder.Write("p.yaml", text));
            return null;
        }
        catch (SpecException e)
        {
            return e.Message;
        }
    }
}
