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

/// <summary>
/// Writes features image by image: an array a layer, an array of switches a pooling layer, and an index. Nothing appears under its name
/// before all is complete.
/// </summary>
internal sealed class FeatureFiles : IDisposable
{
    public const string IndexName = "index.csv";

    private readonly string _folder;
    private readonly Action _open;
    private readonly List<ArrayFile<float>> _layers = [];
    private readonly List<ArrayFile<long>> _pools = [];
    private readonly StringBuilder _index = new("row,file,label\n");

    public FeatureFiles(FeatureExtractor extractor, string folder, int capacity)
    {
        _folder = folder;
        _open = () => Open(extractor, capacity);
    }

    /// <summary>Nothing is made before there is something to write.</summary>
    private void Open(FeatureExtractor extractor, int capacity)
    {
        var names = FileNames.Of(extractor.Layers.Concat(extractor.Pools));
        int[] Item(string layer) => [.. extractor.ItemShape(layer).Select(static d => checked((int)d))];
        foreach (var layer in extractor.Layers)
            _layers.Add(new ArrayFile<float>(layer, Path.Combine(_folder, $"{names[layer]}.npy"), Item(layer), capacity));
        foreach (var pool in extractor.Pools)
            _pools.Add(new ArrayFile<long>(pool, Path.Combine(_folder, $"{names[pool]}.switches.npy"), Item(pool), capacity));
    }

    public int Rows { get; private set; }

    public string Index => Path.Combine(_folder, IndexName);

    public void Append(int count, FeatureBatch features)
    {
        if (_layers.Count == 0) _open();
        foreach (var layer in _layers) layer.Writer.Append(features.Floats(layer.Layer)[..(count * layer.Length)]);
        foreach (var pool in _pools)
        {
            for (var i = 0; i < count; i++)
            {
                features.CopySwitches(pool.Layer, i, pool.Buffer);
                pool.Writer.Append(pool.Buffer);
            }
        }
    }

    public void AppendIndex(string file, string label) =>
        _index.Append(CultureInfo.InvariantCulture, $"{Rows++},{CsvTable.Quoted(file)},{CsvTable.Quoted(label)}\n");

    public (IReadOnlyList<WrittenArray> Layers, IReadOnlyList<WrittenArray> Switches) Complete()
    {
        var written = (_layers.Select(l => l.Complete(Rows)).ToArray(), _pools.Select(p => p.Complete(Rows)).ToArray());
        File.WriteAllText(Index + ".partial", _index.ToString());
        File.Move(Index + ".partial", Index, overwrite: true);
        return written;
    }

    public void Dispose()
    {
        foreach (var layer in _layers) layer.Writer.Dispose();
        foreach (var pool in _pools) pool.Writer.Dispose();
    }

    /// <summary>An array that grows by whole items.</summary>
    private sealed class ArrayFile<T>(string layer, string file, int[] item, int capacity)
        where T : unmanaged
    {
        public string Layer => layer;

        public int Length { get; } = item.Aggregate(1, static (a, b) => checked(a * b));

        public NpyWriter<T> Writer { get; } = new(file, [capacity, .. item]);

        public T[] Buffer => field ??= new T[Length];

        public WrittenArray Complete(int rows)
        {
            Writer.Complete(rows);
            return new WrittenArray(layer, file, [rows, .. item]);
        }
    }
}
