using MlNetConvVis.Reports.Page;
using MlNetConvVis.Reports.Pictures;

namespace MlNetConvVis.Reports;

/// <summary>The paper's figure 2: for each feature map its strongest activations projected to pixels, beside the image patches they came from.</summary>
public sealed record FeatureMapGallery : ReportBlock
{
    /// <summary>Gets what the maps are, for instance the layer.</summary>
    public required string Caption { get; init; }

    /// <summary>Gets the maps, in reading order.</summary>
    public required IReadOnlyList<FeatureMapPictures> Maps { get; init; }

    internal override void Write(HtmlWriter html) => PictureView.Write(html, this);
}

/// <summary>One feature map's pictures, usually nine of each kind, in rows of three.</summary>
/// <param name="Heading">The map, for instance "map 17".</param>
/// <param name="Projections">The projections, strongest first.</param>
/// <param name="Patches">The image patches, in the same order.</param>
public sealed record FeatureMapPictures(string Heading, IReadOnlyList<ReportPicture> Projections, IReadOnlyList<ReportPicture> Patches)
{
    /// <summary>Gets what else there is to say, for instance the strongest activation.</summary>
    public string? Note { get; init; }
}
