using System.Globalization;
using System.Text;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs.Extract;

/// <summary>One array that was written.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="File">The file.</param>
/// <param name="Shape">Its shape, images first.</param>
internal sealed record WrittenArray(string Layer, string File, IReadOnlyList<int> Shape);

/// <summary>Writes features image by image: an array a layer, an array of switches a pooling layer, and an index. Nothing appears under its name before all is complete.</summary>
internal sealed class FeatureFiles : IDisposable
{
    public const string IndexName = "index.csv";

    private readonly FeatureExtractor _extractor;
    private readonly string _folder;
    private readonly List<(string Layer, string File, int[] Item, NpyWriter<float> Writer)> _layers = [];
    private readonly List<(string Pool, string File, int[] Item, NpyWriter<long> Writer, long[] Buffer)> _pools = [];
    private readonly StringBuilder _index = new("row,file,label\n");
    private int _rows;

    public FeatureFiles(FeatureExtractor extractor, string folder, int capacity)
    {
        (_extractor, _folder) = (extractor, folder);
        var names = FileNames.Of(extractor.Layers.Concat(extractor.Pools));
        foreach (var layer in extractor.Layers)
        {
            var (file, item) = (Path.Combine(folder, $"{names[layer]}.npy"), Item(layer));
            _layers.Add((layer, file, item, new NpyWriter<float>(file, [capacity, .. item])));
        }

        foreach (var pool in extractor.Pools)
        {
            var (file, item) = (Path.Combine(folder, $"{names[pool]}.switches.npy"), Item(pool));
            _pools.Add((pool, file, item, new NpyWriter<long>(file, [capacity, .. item]), new long[item.Aggregate(1, static (a, b) => a * b)]));
        }
    }

    public int Rows => _rows;

    public string Index => Path.Combine(_folder, IndexName);

    public void Append(int count, FeatureBatch features)
    {
        foreach (var (layer, _, item, writer) in _layers) writer.Append(features.Floats(layer)[..(count * item.Aggregate(1, static (a, b) => a * b))]);
        foreach (var (pool, _, _, writer, buffer) in _pools)
        {
            for (var i = 0; i < count; i++)
            {
                features.CopySwitches(pool, i, buffer);
                writer.Append(buffer);
            }
        }
    }

    public void AppendIndex(string file, string label) =>
        _index.Append(CultureInfo.InvariantCulture, $"{_rows++},{Quoted(file)},{Quoted(label)}\n");

    public (IReadOnlyList<WrittenArray> Layers, IReadOnlyList<WrittenArray> Switches) Complete()
    {
        foreach (var layer in _layers) layer.Writer.Complete(_rows);
        foreach (var pool in _pools) pool.Writer.Complete(_rows);
        File.WriteAllText(Index + ".partial", _index.ToString());
        File.Move(Index + ".partial", Index, overwrite: true);
        return ([.. _layers.Select(l => new WrittenArray(l.Layer, l.File, [_rows, .. l.Item]))], [.. _pools.Select(p => new WrittenArray(p.Pool, p.File, [_rows, .. p.Item]))]);
    }

    public void Dispose()
    {
        foreach (var layer in _layers) layer.Writer.Dispose();
        foreach (var pool in _pools) pool.Writer.Dispose();
    }

    private int[] Item(string layer) => [.. _extractor.ItemShape(layer).Select(static d => checked((int)d))];

    /// <summary>RFC 4180: quotes around text with commas, quotes or line ends; quotes inside are doubled.</summary>
    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
