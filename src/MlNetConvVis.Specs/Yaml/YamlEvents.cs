using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MlNetConvVis.Specs.Yaml;

/// <summary>Goes through a text's events before the tree is built, to refuse with a place what YamlDotNet refuses without one or not at all.</summary>
internal static class YamlEvents
{
    private const int DeepestNesting = 64;

    /// <summary>Checks a text.</summary>
    /// <exception cref="SpecException">Nesting that would overflow the stack of the tree's builder, an alias without anchor, or what the scanner stumbles
    /// over.</exception>
    /// <exception cref="YamlException">Other malformed YAML.</exception>
    public static void Check(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        var anchors = new HashSet<AnchorName>();
        var depth = -2;      // the stream and the document are no nesting
        while (MoveNext(parser, text, file))
        {
            var here = parser.Current!;
            depth += here.NestingIncrease;
            if (depth > DeepestNesting)
                throw new SpecException(PositionIn(text, file, here.Start), $"lists and maps are nested more than {DeepestNesting} deep.");
            if (here is AnchorAlias alias && !anchors.Contains(alias.Value))
            {
                throw new SpecException(PositionIn(text, file, here.Start),
                    $"malformed YAML: '*{alias.Value}' repeats the anchor '&{alias.Value}', which is not above it; quotes make a text of it.");
            }

            if (here is NodeEvent { Anchor: { IsEmpty: false } anchor }) anchors.Add(anchor);
        }
    }

    /// <summary>Gets a place in the text; an end that lies behind the last line break counts as the end of the last line.</summary>
    public static SourcePosition PositionIn(string text, string file, Mark mark)
    {
        var lines = text.TrimEnd('\r', '\n').Split('\n');
        return mark.Line <= lines.Length ? new SourcePosition(file, (int)mark.Line, (int)mark.Column)
            : new SourcePosition(file, lines.Length, lines[^1].Length + 1);
    }

    /// <summary>The scanner answers some damage, such as a key that runs over two lines, with an exception that has neither reason nor place.</summary>
    private static bool MoveNext(Parser parser, string text, string file)
    {
        var end = parser.Current?.End ?? new Mark(0, 1, 1);
        try
        {
            return parser.MoveNext();
        }
        catch (InvalidOperationException e)
        {
            throw new SpecException(PositionIn(text, file, end),
                "malformed YAML: what follows cannot be read. Is a comma, colon, quote or closing bracket missing?", e);
        }
    }
}
