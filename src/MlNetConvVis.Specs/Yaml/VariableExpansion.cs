using System.Text;

namespace MlNetConvVis.Specs.Yaml;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> by variables; <c>$${</c> stands for <c>${</c> itself.</summary>
internal static class VariableExpansion
{
    /// <summary>Expands a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="environment">Gives a variable's value, null when unset.</param>
    /// <param name="position">Where the text stands.</param>
    /// <returns>The text with values in place of variables; values are not expanded again.</returns>
    /// <exception cref="SpecException">A variable without default is unset, or a brace is not closed.</exception>
    public static string Expand(string text, Func<string, string?> environment, SourcePosition position)
    {
        var expanded = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf("${", at, StringComparison.Ordinal);
            if (next < 0)
            {
                expanded.Append(text, at, text.Length - at);
                break;
            }

            if (next > at && text[next - 1] == '$')
            {
                expanded.Append(text, at, next - 1 - at).Append("${");
                at = next + 2;
                continue;
            }

            var end = text.IndexOf('}', next);
            if (end < 0)
                throw new SpecException(position, $"'{text}' opens a variable with '${{' that no '}}' closes; write '$${{' for the letters themselves.");
            expanded.Append(text, at, next - at).Append(ValueOf(text[(next + 2)..end], environment, position));
            at = end + 1;
        }

        return expanded.ToString();
    }

    /// <summary>As in a shell, <c>:-</c> gives the default for a variable that is unset or empty.</summary>
    private static string ValueOf(string reference, Func<string, string?> environment, SourcePosition position)
    {
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? reference : reference[..split];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new SpecException(position,
                $"'${{{reference}}}' names no variable; '${{NAME}}' or '${{NAME:-default}}' was wanted (letters, digits and '_').");
        }

        var value = environment(name);
        if (split >= 0) return string.IsNullOrEmpty(value) ? reference[(split + 2)..] : value;
        return value ?? throw new SpecException(position, $"the environment variable '{name}' is not set; set it, or write '${{{name}:-default}}'.");
    }
}
