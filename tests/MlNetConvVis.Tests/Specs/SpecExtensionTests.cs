using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Layers;

namespace MlNetConvVis.Tests.Specs;

/// <summary>Specs that extend others: <c>extends</c>, <c>remove</c>, <c>change</c>, <c>insert</c>.</summary>
public sealed class SpecExtensionTests : IDisposable
{
    private const string Base =
        """
        name: base
        input: { channels: 3, height: 8, width: 8 }
        preprocessing: { mean: 128 }
        init: glorot
        classes: 5
        layers:
          - a: { type: conv, filters: 4, kernel: 3, pad: same, activation: relu }
          - b: { type: maxpool, kernel: 2 }
          - c: { type: conv, filters: 6, kernel: 3, pad: same, activation: relu, dropout: 0.5 }
          - d: { type: dense, units: classes }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_not_said_stays_and_what_is_said_changes()
    {
        var spec = Extended(
            """
            input: { height: 16, width: 16 }
            init: he
            remove: [b]
            change:
              a: { filters: 7, stride: 2 }
              c: { dropout: ~ }
              d: { type: dense, units: 9 }
            insert:
              - first: { before: a, type: conv, filters: 3, kernel: 1 }
              - second: { after: first, type: relu }
            """);
        Assert.Equal(("child", 16, 5, WeightInit.He), (spec.Name, spec.Input.Height, spec.Classes, spec.Init));
        Assert.Equal(128, spec.Preprocessing!.Mean[0]);
        Assert.Equal(16, spec.Preprocessing.Width);
        Assert.Equal(["first", "second", "a", "c", "d"], spec.Layers.Select(static l => l.Name));
        var (a, c) = ((ConvLayer)spec.Layers[2], (ConvLayer)spec.Layers[3]);
        Assert.Equal((7, new Extent(2, 2), Padding.Same, Activation.Relu), (a.Filters.Count, a.Window.Stride, a.Window.Pad, a.Finish.Activation));
        Assert.Equal((0f, Activation.Relu), (c.Finish.Dropout, c.Finish.Activation));
        Assert.Equal(9, ((DenseLayer)spec.Layers[4]).Units.Count);
    }

    [Fact]
    public void A_model_carries_the_whole_spec()
    {
        var spec = Extended("remove: b\nchange: { a: { filters: 7, pad: [0, 1, 2, 3] } }");
        var alone = NetworkSpec.Parse(spec.SourceText!, "alone.yaml");
        Assert.DoesNotContain("extends", spec.SourceText, StringComparison.Ordinal);
        Assert.Equal(spec.Layers.Select(static l => $"{l with { Position = default }}"), alone.Layers.Select(static l => $"{l with { Position = default }}"));
        Assert.Equal((spec.Name, spec.Input, spec.Preprocessing, spec.Init, spec.Classes),
            (alone.Name, alone.Input, alone.Preprocessing, alone.Init, alone.Classes));
    }

    [Fact]
    public void An_extension_can_be_extended()
    {
        Write("base.yaml", Base);
        Write("middle/first.yaml", "extends: ../base.yaml\nname: first\nremove: b");
        var second = NetworkSpec.Read(Write("second.yaml", "extends: middle/first.yaml\nname: second\nchange: { a: { filters: 9 } }"));
        Assert.Equal(["a", "c", "d"], second.Layers.Select(static l => l.Name));
        Assert.Equal(9, ((ConvLayer)second.Layers[0]).Filters.Count);
    }

    [Theory]
    [InlineData("remove: [bb]", "child.yaml:3:10: 'bb' is no layer of base.yaml as it is changed here. Known: a, b, c, d.")]
    [InlineData("change: { x: { filters: 1 } }", "child.yaml:3:11: 'x' is no layer of base.yaml as it is changed here.")]
    [InlineData("change: { a: { filter: 1 } }", "child.yaml:3:16: 'change.a' knows no key 'filter'. Did you mean 'filters'?")]
    [InlineData("change: { a: { filters: none } }", "child.yaml:3:25: 'change.a.filters' is 'none'; a whole number of 1 or more, or 'classes', was wanted.")]
    [InlineData("change: { b: { type: conv } }", "child.yaml:3:14: 'change.b' has no 'filters', which is required.", "base.yaml")]
    [InlineData("remove: a\nchange: { a: { filters: 1 } }", "child.yaml:4:11: 'a' is no layer of base.yaml")]
    [InlineData("insert: [n: { type: relu }]", "child.yaml:3:10: 'n' has neither 'after' nor 'before'; one of them was wanted")]
    [InlineData("insert: [n: { type: relu, after: z }]", "child.yaml:3:34: 'z' is no layer of base.yaml")]
    [InlineData("insert: [a: { type: relu, after: c }]", "child.yaml:3:10: there is a layer 'a' already; names must differ.")]
    [InlineData("inserts: []", "child.yaml:3:1: the file's top level knows no key 'inserts'. Did you mean 'insert'?")]
    [InlineData("layers: []", "child.yaml:3:9: 'layers' stands beside 'extends'")]
    [InlineData("change: { c: { kernel: 99, pad: 0 } }", "child.yaml:3:11: layer 'c': ")]
    public void Wrong_changes_are_refused_with_their_place(string changes, string message, string? instead = null)
    {
        var error = Assert.Throws<SpecException>(() => Extended(changes).Plan());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Null(instead is null ? null : error.Message.Contains(instead, StringComparison.Ordinal) ? "names the base" : null);
    }

    [Fact]
    public void A_removed_layer_that_another_names_is_refused()
    {
        Write("base.yaml", "name: b\ninput: { height: 8, width: 8 }\n" +
            "layers:\n  - a: { type: relu }\n  - b: { type: relu }\n  - c: { type: add, from: [a, b] }");
        var file = Write("child.yaml", "extends: base.yaml\nname: n\nremove: [a]");
        Assert.Contains("child.yaml:3:10: 'a' is removed, but layer 'c' reads from it by name", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Circles_and_missing_files_are_refused()
    {
        Write("a.yaml", "extends: b.yaml\nname: a");
        Write("b.yaml", "extends: c.yaml\nname: b");
        Write("c.yaml", "extends: a.yaml\nname: c");
        var circle = Refusal(Path.Combine(_folder.Path, "a.yaml"));
        Assert.Contains("c.yaml:1:10: 'extends' leads in a circle (a.yaml, b.yaml, c.yaml, a.yaml)", circle, StringComparison.Ordinal);
        Assert.Contains("'extends' is 'bb.yaml', but there is no file", Refusal(Write("d.yaml", "extends: bb.yaml\nname: d")), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'b.yaml'?", Refusal(Write("d.yaml", "extends: bb.yaml\nname: d")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_the_extended_file_names_that_file()
    {
        Write("base.yaml", Base.Replace("glorot", "glorott", StringComparison.Ordinal));
        Assert.Contains("base.yaml:4:7: 'init' is 'glorott'", Refusal(Write("child.yaml", "extends: base.yaml\nname: n")), StringComparison.Ordinal);
    }

    private NetworkSpec Extended(string changes)
    {
        Write("base.yaml", Base);
        return NetworkSpec.Read(Write("child.yaml", $"extends: base.yaml\nname: child\n{changes}"));
    }

    private string Write(string name, string text) => _folder.Write(name, text);

    private static string Refusal(string file) => Assert.Throws<SpecException>(() => NetworkSpec.Read(file)).Message;
}
