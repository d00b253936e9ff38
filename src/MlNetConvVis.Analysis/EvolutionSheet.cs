using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Sets the maps of one layer as figure 4 of Zeiler and Fergus (2013) does: a row a map, a column a stage of training.</summary>
public static class EvolutionSheet
{
    private const int LongestCell = 96;
    private static readonly Rgb s_ink = new(68, 68, 68);

    /// <summary>Sets the projections.</summary>
    /// <param name="evolution">The evolution.</param>
    /// <param name="stages">The stages it is of.</param>
    /// <param name="layer">The layer.</param>
    /// <returns>The sheet; a cell is grey where the map was active in no photo.</returns>
    /// <exception cref="ArgumentException">The layer has no map in it.</exception>
    public static RgbImage Of(Evolution evolution, IReadOnlyList<TrainingStage> stages, string layer)
    {
        ArgumentNullException.ThrowIfNull(evolution);
        ArgumentNullException.ThrowIfNull(stages);
        EvolvedMap[] maps = [.. evolution.Maps.Where(m => m.Layer == layer)];
        if (maps.Length == 0) throw new ArgumentException($"No map of layer '{layer}' is in this evolution.", nameof(layer));
        var frame = new FieldFrame(stages[^1].Net, layer);
        var cells = maps.SelectMany(m => m.Stages.Select(p => Cell(p, frame))).ToArray();
        var labels = evolution.Stages.Select(name => (RgbImage?)Lettering.Write(name, s_ink, Rgb.White));
        var grid = new ImageSheet { Columns = evolution.Stages.Count, Gap = 4, Margin = 8 };
        return grid.Compose([.. labels.Select(l => (RgbImage?)Centred(l!, cells[0].Width)), .. cells]);
    }

    private static RgbImage Cell(FeaturePicture? picture, FieldFrame frame)
    {
        var whole = picture is null ? RgbImage.Filled(frame.Width, frame.Height, Rgb.Grey) : frame.Around(picture.Projection, picture.Source.Unit);
        var longer = Math.Max(whole.Width, whole.Height);
        return longer <= LongestCell ? whole.Enlarge(LongestCell / longer)
            : whole.Resize(Math.Max(1, whole.Width * LongestCell / longer), Math.Max(1, whole.Height * LongestCell / longer), ResampleFilter.Bilinear);
    }

    private static RgbImage Centred(RgbImage label, int width) => label.Width >= width ? label
        : label.OnGround(width, label.Height, (width - label.Width) / 2, 0, Rgb.White);
}
