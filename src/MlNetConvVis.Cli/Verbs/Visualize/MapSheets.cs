using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary>Draws what a pass over a collection found: only the photos that a picture shows are read again, and only one picture's at a time.</summary>
internal sealed class MapSheets(ConvNet net, ImageSet photos, MinedMaps found, MapWish wish, SessionSettings session, ImageLoaderOptions loading, VisualizePage page)
{
    private const int MapsOfSheet = 64;

    /// <summary>Gets how many activations there are to draw.</summary>
    public int Count(IReadOnlyList<string> layers) => layers.SelectMany(Sheets).Sum(static s => s.Maps.Sum(static m => m.Tops.Count));

    /// <summary>Draws all layers.</summary>
    /// <returns>The pictures in order; of a layer without active maps an entry without a file.</returns>
    public IReadOnlyList<LayerPictures> Draw(IReadOnlyList<string> layers, string folder, IProgress<int> progress, CancellationToken cancellation)
    {
        var (names, drawn, pictures) = (FileNames.Of(layers), 0, new List<LayerPictures>());
        foreach (var layer in layers)
        {
            Sheet[] sheets = [.. Sheets(layer)];
            if (sheets.Length == 0) pictures.Add(new LayerPictures(layer, null, null, []));
            var files = FileNames.Of([.. sheets.Select(s => names[layer] + s.Suffix)]);
            foreach (var sheet in sheets)
            {
                var done = drawn;
                var file = Path.Combine(folder, files[names[layer] + sheet.Suffix] + ".png");
                pictures.Add(Draw(layer, sheet, file, new Shifted(progress, done), cancellation));
                drawn += sheet.Maps.Sum(static m => m.Tops.Count);
            }
        }

        return pictures;
    }

    private LayerPictures Draw(string layer, Sheet sheet, string file, IProgress<int> progress, CancellationToken cancellation)
    {
        var maps = FeatureGallery.Draw(net, sheet.Maps, photos, loading, wish.Rules.ToRules(), session, wish.SharesRange, progress, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        FigureSheet.Of(net, maps).WritePng(file);
        var drawn = new LayerPictures(layer, file, sheet.Class, [.. sheet.Maps.Select(m => new MapActivations(
            m.Channel, sheet.Selectivity?[m.Channel], [.. m.Tops.Select(t => ActivationPlace.Of(t, photos.Images[t.Image].Path, net, layer))]))]);
        page.Add(drawn, maps);
        return drawn;
    }

    private IEnumerable<Sheet> Sheets(string layer)
    {
        if (found.Classes.Count == 0)
        {
            var chosen = Chosen(found.Of(layer));
            return chosen.Chunk(MapsOfSheet).Select(part => new Sheet(chosen.Count <= MapsOfSheet ? "" : $".{part[0].Channel}-{part[^1].Channel}", null, null, part));
        }

        return found.Classes.Index().SelectMany(c => OfClass(layer, c.Index, c.Item));
    }

    private IEnumerable<Sheet> OfClass(string layer, int @class, string name)
    {
        var responses = found.Responses(layer, @class);
        var tops = found.Of(layer, @class).ToDictionary(static m => m.Channel);
        var chosen = responses.Select(r => tops[r.Channel]).Where(m => wish.Maps?.Contains(m.Channel) ?? true).Take(wish.Most).ToArray();
        var selectivity = responses.ToDictionary(static r => r.Channel, static r => r.Selectivity);
        return chosen.Chunk(MapsOfSheet).Select((part, i) => new Sheet(i == 0 ? $".{name}" : $".{name}.{i + 1}", name, selectivity, part));
    }

    private IReadOnlyList<MapTops> Chosen(IReadOnlyList<MapTops> maps) =>
        wish.Maps is { } named ? [.. named.Order().SelectMany(n => maps.Where(m => m.Channel == n))]
            : wish.Most < maps.Count ? TopActivations.Choose(maps, wish.Most, wish.Seed) : maps;

    /// <summary>One picture.</summary>
    private sealed record Sheet(string Suffix, string? Class, IReadOnlyDictionary<int, double>? Selectivity, IReadOnlyList<MapTops> Maps);

    private sealed class Shifted(IProgress<int> whole, int before) : IProgress<int>
    {
        public void Report(int value) => whole.Report(before + value);
    }
}
