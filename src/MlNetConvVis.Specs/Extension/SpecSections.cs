using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Extension;

/// <summary>A layer before it is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Position">Where it stands, or where it was changed last.</param>
/// <param name="Settings">Its settings; each knows its own place, which may be in another file.</param>
internal sealed record LayerSection(string Name, SourcePosition Position, YamlMap Settings);

/// <summary>A spec before it is read: its sections by name, and its layers in order.</summary>
/// <param name="Top">All sections but <c>layers</c>.</param>
/// <param name="Layers">The layers, found when asked for: what is wrong above them is said first.</param>
/// <param name="IsExtended">Whether parts come from another file.</param>
internal sealed record SpecSections(YamlMap Top, Lazy<IReadOnlyList<LayerSection>> Layers, bool IsExtended);
