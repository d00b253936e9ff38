using System.Globalization;
using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>Which unit is asked for; what is null is the strongest.</summary>
/// <param name="Channel">The feature map.</param>
/// <param name="Place">Row and column in it.</param>
/// <param name="Whole">Whether all units of the map are asked for at once.</param>
/// <param name="Origin">Where it stands, such as "Units 'u.csv', row 3: "; empty for the command line.</param>
internal sealed record UnitWish(int? Channel, (int Y, int X)? Place, bool Whole = false, string Origin = "")
{
    public static UnitWish Strongest { get; } = new(null, null);

    /// <summary>Gets whether activations must be looked at to find the unit.</summary>
    public bool IsOpen => Channel is null || (Place is null && !Whole);

    public static UnitWish Of(Arguments given, ValueOption channel, ValueOption unit) => given.Text(unit) switch
    {
        null => new(given.Whole(channel, 0), null),
        "all" => new(given.Whole(channel, 0), null, Whole: true),
        var text when text.Split(',') is [var y, var x] && IsNumber(y, out var row) && IsNumber(x, out var column) =>
            new(given.Whole(channel, 0), (row, column)),
        var text => throw Arguments.Wrong(unit, text),
    };

    public static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
