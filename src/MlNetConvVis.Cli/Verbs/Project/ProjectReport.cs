using MlNetConvVis.Cli.Output;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>Says what <c>project</c> did: to people in lines, to scripts as JSON.</summary>
internal sealed class ProjectReport(Terminal terminal, bool json)
{
    private const int SmallField = 16;      // a field of less than a sixteenth of the picture looks like nothing in it

    /// <summary>Reports one unit, or all of a map at once.</summary>
    /// <param name="result">What was projected.</param>
    /// <param name="view">How it was drawn, where it was.</param>
    /// <param name="mayChoose">Whether the unit was chosen by its strength among all places.</param>
    public void Of(ProjectResult result, ProjectionView view, bool mayChoose)
    {
        if (result is { Min: 0, Max: 0 }) terminal.Note(Silence(result));
        if (json)
        {
            terminal.Json(result);
            return;
        }

        var (shape, field, size) = (result.LayerShape, result.Field, view.Size);
        var place = result.Y is { } y ? $"row {y}, column {result.X}" : "all its units at once,";
        terminal.Line($"Unit        map {result.Channel} of {shape[0]}, {place} of layer {result.Layer} ({string.Join('x', shape)})");
        Softmax(result.AskedLayer, result.Layer);
        terminal.Line($"Activation  {result.Activation:G6}{(result.Y is null ? ", the strongest of the map" : "")}");
        terminal.Line($"Sees        {Seen(result, size.Height, size.Width)}");
        if (mayChoose && IsCut(result)) terminal.Line($"            --whole-fields takes the strongest unit that no border cuts.");
        terminal.Line($"Projection  {result.Min:G4} to {result.Max:G4}, rule {result.Rules.Summary()}, written to {result.Out}");
        if (!ProjectionFiles.IsArray(result.Out) && view.Kind == "whole" && field.Height * field.Width * SmallField < size.Height * size.Width)
        {
            var part = 100.0 * field.Height * field.Width / (size.Height * size.Width);
            terminal.Line($"            It fills {part:0.0} % of the picture; --view field shows that part alone.");
        }
    }

    /// <summary>Reports many units.</summary>
    public void Of(ProjectBatchResult result, ReversalOptions rules)
    {
        if (json)
        {
            terminal.Json(result);
            return;
        }

        var silent = result.Projections.Count(static r => r is { Min: 0, Max: 0 });
        var layer = $"{result.Layer} ({string.Join('x', result.LayerShape)})";
        terminal.Line($"{Counted.Of(result.Projections.Count, "projection")} of layer {layer} in {result.Seconds:0.0} s, rule {rules.Summary()}");
        Softmax(result.AskedLayer, result.Layer);
        terminal.Line($"Written to {result.Out}; {result.Index} says which unit of which input each is");
        if (silent == 1) terminal.Line($"One of them is zero everywhere: its unit does not fire.");
        if (silent > 1) terminal.Line($"{silent} of them are zero everywhere: their units do not fire.");
        if (result.Skipped.Count > 0) terminal.Line($"{Counted.Skipped(result.Skipped.Count)}");
    }

    /// <summary>The units of a softmax hold one another down, so that a projection would show the others too.</summary>
    private void Softmax(string asked, string start)
    {
        if (asked != start) terminal.Line($"            {asked} is a softmax: projected are the scores before it, layer {start}, and activations are theirs");
    }

    private static string Silence(ProjectResult result) => result is { Activation: <= 0, Start: "activation" }
        ? $"The {(result.Y is null ? "map" : "unit")} does not fire here, so nothing is projected; choose another, or take --start one."
        : "The projection is zero everywhere.";

    private static bool IsCut(ProjectResult result) =>
        result.Y is not null && result.FieldSize is [var height, var width] && (result.Field.Height < height || result.Field.Width < width);

    private static string Seen(ProjectResult result, int height, int width)
    {
        var field = result.Field;
        if (field.Height == 0 || field.Width == 0) return "nothing of the input, only padding around it";
        var (bottom, right) = (field.Top + field.Height - 1, field.Left + field.Width - 1);
        var outside = IsCut(result) && result.FieldSize is [var rows, var columns]
            ? $"; it lies at the border: of the {rows}x{columns} pixels that a unit can see the others are padding" : "";
        return $"rows {field.Top} to {bottom}, columns {field.Left} to {right} of the input ({field.Height}x{field.Width} of {height}x{width} pixels){outside}";
    }
}
