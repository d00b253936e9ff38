using System.Globalization;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Features;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>A class as people name it: by its number, its name, or a part of its name that fits no other.</summary>
internal static class ClassWish
{
    /// <summary>Gets the class that an option names.</summary>
    /// <param name="given">The arguments.</param>
    /// <param name="option">The option.</param>
    /// <param name="net">The network, which may name its classes.</param>
    /// <param name="classes">How many there are.</param>
    /// <returns>The class; null where the option was not given.</returns>
    /// <exception cref="UsageException">There is no such class, or several fit.</exception>
    public static int? Given(Arguments given, ValueOption option, ConvNet net, int classes)
    {
        return given.Text(option) is { } text ? Find(text, option, net, classes) : null;
    }

    /// <summary>Gets the class that a text names.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option it came with.</param>
    /// <param name="net">The network, which may name its classes.</param>
    /// <param name="classes">How many there are.</param>
    /// <exception cref="UsageException">There is no such class, or several fit.</exception>
    public static int Find(string text, ValueOption option, ConvNet net, int classes)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < classes ? number
                : throw new UsageException($"{option.Name} is '{text}', but the network has {classes} classes (0 to {classes - 1}).");
        }

        var names = net.Classes
            ?? throw new UsageException(
                $"{option.Name} is '{text}', but the model does not name its classes; " +
            $"a number from 0 to {classes - 1} was wanted, or --classes with a file of names.");
        var exact = Matching(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        var found = exact.Length > 0 ? exact : Matching(names, n => n.Contains(text, StringComparison.OrdinalIgnoreCase));
        return found switch
        {
            [var one] => one,
            [] => throw new UsageException($"{option.Name} is '{text}', which no class is called. {NearestName.Hint(text, [.. names])}"),
            _ => throw new UsageException(
                $"{option.Name} is '{text}', which fits {found.Length} classes: " +
                    $"{string.Join("; ", found.Take(4).Select(i => $"{i} {names[i]}"))}{(found.Length > 4 ? "; ..." : "")}. Take one by its number."),
        };
    }

    private static int[] Matching(IReadOnlyList<string> names, Func<string, bool> fits) => [.. Enumerable.Range(0, names.Count).Where(i => fits(names[i]))];
}
