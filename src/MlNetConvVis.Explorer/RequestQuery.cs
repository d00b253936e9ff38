using System.Globalization;
using Microsoft.AspNetCore.Http;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Explorer;

/// <summary>Reads the query of a request; what is missing or wrong is named.</summary>
internal sealed class RequestQuery(IQueryCollection query)
{
    public string Text(string name) => Find(name) ?? throw new RequestException(StatusCodes.Status400BadRequest, $"'{name}' is missing in the query.");

    public int Whole(string name, int below) => WholeOrNone(name, below) ?? throw new RequestException(
        StatusCodes.Status400BadRequest, $"'{name}' is missing in the query; a whole number from 0 to {below - 1} was wanted.");

    public int? WholeOrNone(string name, int below)
    {
        if (Find(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < below ? value : throw new RequestException(
            StatusCodes.Status400BadRequest, $"'{name}' is '{text}'; a whole number from 0 to {below - 1} was wanted.");
    }

    /// <summary>The rules that were asked for; what is not said is as the preset has it.</summary>
    public ReversalOptions Rules(ReversalOptions start)
    {
        var chosen = Find("rule") is { } rule ? ReversalOptions.Of(Choice("rule", rule, [.. ReversalRules.Presets.Select(static p => p.Name)])) : start;
        if (Find("overlap") is not { } overlap) return chosen;
        var names = Enum.GetNames<Overlap>();
        return chosen with { Overlap = Enum.Parse<Overlap>(Choice("overlap", overlap, [.. names.Select(static n => n.ToLowerInvariant())]), ignoreCase: true) };
    }

    private static string Choice(string name, string text, string[] choices) => Array.IndexOf(choices, text) >= 0 ? text : throw new RequestException(
        StatusCodes.Status400BadRequest, $"'{name}' is '{text}'; one of {string.Join(", ", choices)} was wanted.");

    private string? Find(string name) => query.TryGetValue(name, out var values) && values is [{ Length: > 0 } text] ? text : null;
}
