using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Features;

/// <summary>
/// The YAML file beside a foreign model, of the same name but for its ending: <c>preprocessing</c> with the keys of network specs, and <c>classes</c>, a list
/// of names or a text file with one name a line, relative to the YAML file. A network spec in its place is read for its preprocessing.
/// </summary>
internal sealed class CompanionFile
{
    private readonly string _path;
    private readonly YamlMap _top;

    private CompanionFile(string path)
    {
        _path = path;
        _top = YamlFile.Read(path);
        if (!_top.Has("layers")) _top.EnsureNoOtherKeys("preprocessing", "classes");
    }

    /// <summary>Reads the file beside a model.</summary>
    /// <param name="model">The model's path.</param>
    /// <returns>The file, or null where there is none.</returns>
    /// <exception cref="SpecException">The file is malformed, or has a key that is not known.</exception>
    public static CompanionFile? Find(string model) => Path.ChangeExtension(model, ".yaml") is var path && File.Exists(path) ? new CompanionFile(path) : null;

    public ImagePreprocessing? Preprocessing(ValueInfo image, ImageAxes axes)
    {
        if (_top.Find("preprocessing") is not { } section) return null;
        var map = section.AsMap();
        var shape = image.Shape!;
        return PreprocessingYaml.Read(
            map,
            shape[axes.Rows].IsKnown && shape[axes.Columns].IsKnown ? new Extent((int)shape[axes.Rows].Size, (int)shape[axes.Columns].Size) : null,
            shape[axes.Channels].IsKnown ? shape[axes.Channels].Size : null);
    }

    public IReadOnlyList<string>? Classes()
    {
        if (_top.Has("layers") || _top.Find("classes") is not { } value) return null;
        if (value.Kind == YamlKind.List) return [.. value.AsList().Select(static item => item.AsText())];
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_path))!, value.AsText());
        return File.Exists(file) ? ClassNames.Read(file)
            : throw value.Error($"'classes' names the file '{file}', which does not exist; a text file with one name a line, or a list of names, was wanted.");
    }
}
