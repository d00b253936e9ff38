using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace MlNetConvVis.Training;

/// <summary>Makes settings of a kind of value. Ranges are those that the options themselves state.</summary>
/// <typeparam name="T">The record that has the property.</typeparam>
internal sealed class SettingKinds<T>(Func<TrainingOptions, T> part, Func<TrainingOptions, T, TrainingOptions> with, bool isAugmentation = false)
{
    private const string None = "none";

    public RecipeSetting Whole(string name, string description, string property, Func<T, int?> get, Func<T, int?, T> set, bool isOptional = false)
    {
        var (least, most) = RangeOf(property);
        return Of(name, "N", FormattableString.Invariant($"a whole number from {least:0} to {most:0}") + OrNone(isOptional), description,
            o => Shown(get(o), static v => v.ToString(CultureInfo.InvariantCulture)),
            (o, text) => isOptional && text == None ? set(o, null)
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var v) && v >= least && v <= most ? set(o, v) : default)
            with
        { Form = RecipeValue.Whole, Range = (least, most), IsOptional = isOptional };
    }

    public RecipeSetting Real(string name, string description, string property, Func<T, float?> get, Func<T, float?, T> set, bool isOptional = false)
    {
        var (least, most) = RangeOf(property);
        return Of(name, "R", FormattableString.Invariant($"a number from {least:0.#########} to {most:0.####}") + OrNone(isOptional), description,
            o => Shown(get(o), static v => v.ToString("0.#########", CultureInfo.InvariantCulture)),
            (o, text) => isOptional && text == None ? set(o, null)
                : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v >= (float)least && v <= (float)most
                ? set(o, v) : default)
            with
        { Form = RecipeValue.Real, Range = (least, most), IsOptional = isOptional };
    }

    public RecipeSetting Truth(string name, string description, Func<T, bool> get, Func<T, bool, T> set) =>
        Choice(name, "true|false", "true or false", description, new Dictionary<string, bool> { ["true"] = true, ["false"] = false }, get, set)
        with
        { Form = RecipeValue.Truth };

    public RecipeSetting Choice<V>(
        string name, string valueName, string wanted, string description, IReadOnlyDictionary<string, V> choices, Func<T, V> get, Func<T, V, T> set) =>
        Of(name, valueName, wanted, description, o => choices.First(c => Equals(c.Value, get(o))).Key,
            (o, text) => choices.Where(c => c.Key.Equals(text, StringComparison.OrdinalIgnoreCase)).Select(c => set(o, c.Value)).FirstOrDefault())
        with
        { Form = RecipeValue.Choice, Choices = [.. choices.Keys] };

    public RecipeSetting Of(
        string name, string valueName, string wanted, string description, Func<T, string> show, Func<T, string, T?> apply) => new()
        {
            Name = name, ValueName = valueName, Wanted = wanted, Description = description, IsAugmentation = isAugmentation,
            Form = RecipeValue.Other,
            Value = o => show(part(o)),
            Apply = (o, text) => apply(part(o), text) is { } changed ? with(o, changed) : null,
        };

    private static string OrNone(bool isOptional) => isOptional ? ", or none" : "";

    private static string Shown<V>(V? value, Func<V, string> show)
        where V : struct => value is { } set ? show(set) : None;

    private static (double Least, double Most) RangeOf(string property)
    {
        var range = typeof(T).GetProperty(property)!.GetCustomAttribute<RangeAttribute>()!;
        return (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
    }
}
