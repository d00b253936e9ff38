using MlNetConvVis.Reports.Page;
using MlNetConvVis.Reports.Pictures;

namespace MlNetConvVis.Reports;

/// <summary>Pictures side by side, each with its caption; small ones are enlarged with hard pixels.</summary>
public sealed record PictureGrid : ReportBlock
{
    /// <summary>Gets what the pictures show together.</summary>
    public required string Caption { get; init; }

    /// <summary>Gets the pictures, in reading order.</summary>
    public required IReadOnlyList<ReportPicture> Pictures { get; init; }

    /// <summary>Gets how wide a picture is shown, in CSS pixels; rows wrap.</summary>
    /// <value>The default is 96.</value>
    public int TileWidth { get; init; } = 96;

    internal override void Write(HtmlWriter html) => PictureView.Write(html, this);
}
