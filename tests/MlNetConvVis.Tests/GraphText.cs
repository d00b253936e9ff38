using System.Globalization;
using System.Text.RegularExpressions;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Tests;

/// <summary>Networks as text, one node a line: <c>y = Conv(x, w, b) strides=[2,2] group=2</c>. An attribute with a dot is a real number.</summary>
internal static partial class GraphText
{
    public static OnnxGraph Parse(
        IEnumerable<string> lines,
        IEnumerable<ValueInfo> inputs,
        IEnumerable<string> outputs,
        IReadOnlyDictionary<string, OnnxTensor>? constants = null,
        int opset = OpsetVersions.Written)
    {
        OnnxNode[] nodes = [.. lines.Select(Node)];
        var known = constants ?? new Dictionary<string, OnnxTensor>();
        return new OnnxGraph("test", opset, inputs, outputs.Select(o => new ValueInfo(o, TypeOf(nodes, o), null)), nodes, known);
    }

    /// <summary>A network with one float input x and one output, the value that the last line makes.</summary>
    public static OnnxGraph Parse(string text, long[] x, params (string Name, OnnxTensor Tensor)[] constants)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Parse(lines, [Float("x", x)], [Node(lines[^1]).Outputs[0]], constants.ToDictionary(static c => c.Name, static c => c.Tensor));
    }

    /// <summary>A float input; a negative size stands for a free batch.</summary>
    public static ValueInfo Float(string name, params long[] dims) =>
        new(name, ElementType.Float, new TensorShape(dims.Select(static d => d < 0 ? Dim.Free("N") : d)));

    public static OnnxNode Node(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, $"not a node: {line}");
        var attributes = match.Groups["attributes"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static a => a.Split('=', 2));
        return new OnnxNode(match.Groups["op"].Value, "", Names(match.Groups["inputs"].Value), Names(match.Groups["outputs"].Value),
            OnnxAttributes.Of(attributes.Select(static a => (a[0], Value(a[1])))));
    }

    private static ElementType TypeOf(OnnxNode[] nodes, string output) =>
        nodes.Any(n => n.OpType == "MaxPool" && n.Output(1) == output) ? ElementType.Int64 : ElementType.Float;

    private static string[] Names(string list) => list.Trim().Length == 0 ? [] : list.Split(',', StringSplitOptions.TrimEntries);

    private static object Value(string text) => text.StartsWith('[')
        ? text.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static p => long.Parse(p, CultureInfo.InvariantCulture)).ToArray()
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real
        : text;

    [GeneratedRegex(@"^(?<outputs>[^=]+?) = (?<op>\w+)\((?<inputs>[^)]*)\)(?<attributes>.*)$")]
    private static partial Regex Line();
}
