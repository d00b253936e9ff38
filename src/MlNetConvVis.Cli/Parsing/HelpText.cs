using System.CommandLine;
using MlNetConvVis.Cli.Verbs;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>Writes help: what a verb does, how to call it, examples to copy.</summary>
internal sealed class HelpText(TextWriter output, int width)
{
    private const int Indent = 2;

    public void Program(IReadOnlyList<Verb> verbs)
    {
        output.WriteLine("convvis: see what a convolutional network has learned, and use it for your own data.");
        output.WriteLine();
        output.WriteLine("Usage: convvis VERB [options]");
        output.WriteLine();
        output.WriteLine("Verbs:");
        Rows([.. verbs.Select(static v => (v.Name, v.Command.Description ?? ""))]);
        output.WriteLine();
        output.WriteLine("'convvis VERB --help' explains a verb. 'convvis --version' shows the version.");
    }

    public void Of(Verb verb)
    {
        Paragraph($"convvis {verb.Name}: {verb.Command.Description}");
        output.WriteLine();
        Paragraph($"Usage: convvis {verb.Name} {Usage(verb)}");
        output.WriteLine();
        foreach (var line in verb.Details.Split('\n')) Paragraph(line);
        output.WriteLine();
        output.WriteLine("Options:");
        var arguments = verb.Command.Arguments.Select(static a => (a.Name, a.Description ?? ""));
        Rows([.. arguments, .. verb.Command.Options.Select(static o => (Label(o), o.Description ?? ""))]);
        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (var example in verb.Examples) output.WriteLine($"  convvis {verb.Name} {example}".TrimEnd());
    }

    private static string Usage(Verb verb) => string.Join(' ', [
        .. verb.Command.Arguments.Select(static a => a.Name),
        .. verb.Command.Options.OfType<ValueOption>().Where(static o => o.IsRequired).Select(Label),
        "[options]"]);

    private static string Label(Option option) => option is ValueOption value ? $"{value.Name} {value.HelpName}" : option.Name;

    private void Rows(IReadOnlyList<(string Label, string Text)> rows)
    {
        var column = Indent + rows.Max(static r => r.Label.Length) + 2;
        foreach (var (label, text) in rows)
        {
            var lines = Wrapped(text, Math.Max(20, width - column)).ToArray();
            output.WriteLine($"{new string(' ', Indent)}{label.PadRight(column - Indent)}{lines.FirstOrDefault()}".TrimEnd());
            foreach (var line in lines.Skip(1)) output.WriteLine(new string(' ', column) + line);
        }
    }

    private void Paragraph(string text)
    {
        foreach (var line in Wrapped(text, width)) output.WriteLine(line);
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        yield return line;
    }
}
