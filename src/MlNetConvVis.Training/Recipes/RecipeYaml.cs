using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Training;

/// <summary>Reads a recipe from YAML: the <c>training</c> section of a network spec, the <c>train</c> section of a pipeline.</summary>
public static class RecipeYaml
{
    /// <summary>Reads a section. <c>recipe: paper</c> or <c>modern</c> begins with that recipe's values; every other key is a name of
    /// <see cref="RecipeSettings.All"/>, those of pictures under <c>augment</c> (<c>augment: none</c> leaves pictures as they are).</summary>
    /// <param name="map">The section.</param>
    /// <param name="start">What holds where the section says nothing.</param>
    /// <param name="otherKeys">Keys of the section that the caller reads.</param>
    /// <returns>The options.</returns>
    /// <exception cref="SpecException">A key is unknown or a value is not what is wanted; with its place.</exception>
    public static TrainingOptions Read(YamlMap map, TrainingOptions start, params IReadOnlyList<string> otherKeys)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(start);
        var settings = RecipeSettings.All.Where(static s => !s.IsAugmentation).ToArray();
        map.EnsureNoOtherKeys([.. otherKeys, "recipe", .. settings.Select(static s => s.Name), "augment"]);
        var options = With(map, settings, map.Choice("recipe", RecipeSettings.Presets, start));
        if (map.Find("augment") is not { } augment) return options;
        if (augment.Kind == YamlKind.Scalar && augment.AsText() == "none") return options with { Augmentation = Augmentation.None };
        var pictures = RecipeSettings.All.Where(static s => s.IsAugmentation).ToArray();
        augment.AsMap().EnsureNoOtherKeys([.. pictures.Select(static s => s.Name)]);
        // who varies pictures has crops varied too, unless 'centre-crop' says otherwise
        return With(augment.AsMap(), pictures, options with { Augmentation = options.Augmentation with { CentreCrop = false } });
    }

    private static TrainingOptions With(YamlMap map, IReadOnlyList<RecipeSetting> settings, TrainingOptions options)
    {
        foreach (var setting in settings)
        {
            if (map.Find(setting.Name) is { } value)
                options = setting.Apply(options, string.Join(',', value.AsOneOrMore().Select(static v => v.AsText()))) ?? throw value.Wrong(setting.Wanted);
        }

        return options;
    }
}
