namespace MlNetConvVis.Explorer;

/// <summary>What there is: <c>GET /api/state</c>.</summary>
internal sealed record StateAnswer(
    IReadOnlyList<ModelAnswer> Models, IReadOnlyList<string> Photos, int Collected, RulesAnswer Rules, IReadOnlyList<string> RuleNames,
    IReadOnlyList<string> OverlapNames, long MostUploadBytes, string Version);

internal sealed record RulesAnswer(string Rule, string Overlap);

internal sealed record ModelAnswer(int Id, string Name, string? Hash, int Width, int Height, bool HasLabels, IReadOnlyList<LayerAnswer> Layers);

/// <param name="Name">The layer.</param>
/// <param name="OpType">The operator that makes it.</param>
/// <param name="Maps">Its channels.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Sees">Rows and columns of pixels that a unit depends on.</param>
internal sealed record LayerAnswer(string Name, string OpType, int Maps, int Height, int Width, IReadOnlyList<long>? Sees);

/// <summary>All maps of a layer for one photo, as one picture: <c>GET /api/maps</c>.</summary>
/// <param name="Maps">How many.</param>
/// <param name="Columns">Maps of one row of the picture.</param>
/// <param name="Cell">Rows and columns of pixels of one map.</param>
/// <param name="Strongest">The largest activation of each map.</param>
/// <param name="Picture">PNG, each map from black (zero) to white (its own largest).</param>
internal sealed record MapsAnswer(int Maps, int Columns, IReadOnlyList<int> Cell, IReadOnlyList<float> Strongest, string Picture);

/// <summary>The activations of one map by position, row by row: <c>GET /api/activity</c>.</summary>
internal sealed record ActivityAnswer(int Height, int Width, IReadOnlyList<float> Values, int Row, int Column);

/// <summary>A unit down to pixels: <c>GET /api/projection</c>.</summary>
/// <param name="Channel">The map.</param>
/// <param name="Row">Its row.</param>
/// <param name="Column">Its column.</param>
/// <param name="Activation">Its activation.</param>
/// <param name="Field">Left, top, width and height of what the unit sees, in the network's pixels.</param>
/// <param name="Whole">The projection at the network's size, PNG; grey is zero.</param>
/// <param name="Projection">The same cut to the field.</param>
/// <param name="Patch">The photo cut to the field.</param>
/// <param name="Note">What a person should know about it.</param>
internal sealed record ProjectionAnswer(
    int Channel, int Row, int Column, float Activation, IReadOnlyList<int> Field, string Whole, string Projection, string Patch, string? Note);

/// <summary>The strongest activations of a map over the collection, or how far the search is: <c>GET /api/strongest</c>.</summary>
internal sealed record StrongestAnswer(int Done, int Total, IReadOnlyList<StrongAnswer>? Pictures);

internal sealed record StrongAnswer(int Photo, int Row, int Column, float Activation, string Projection, string Patch);

/// <summary>The most probable classes: <c>GET /api/labels</c>.</summary>
/// <param name="Labels">Strongest first, without the occluder.</param>
/// <param name="Covered">With it the probabilities of the same classes, and the class that is the most probable then.</param>
internal sealed record LabelsAnswer(IReadOnlyList<LabelAnswer> Labels, CoveredAnswer? Covered);

internal sealed record LabelAnswer(int Index, string Name, float Probability);

internal sealed record CoveredAnswer(IReadOnlyList<float> Probabilities, LabelAnswer First);

/// <summary>Where a rectangle of the network's input lies in the photo's file: <c>GET /api/rectangle</c>.</summary>
/// <param name="File">The file, relative to the folder that holds the collection.</param>
/// <param name="Rectangle">Left, top, width and height in pixels of the file.</param>
internal sealed record RectangleAnswer(string File, IReadOnlyList<int> Rectangle);

internal sealed record PhotoAnswer(int Photo, string Name);

internal sealed record ErrorAnswer(string Error);
