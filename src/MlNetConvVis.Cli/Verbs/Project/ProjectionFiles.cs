using System.Globalization;
using System.Text;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>
/// Writes many projections: an array of all of them with a table beside it, or a folder of pictures with a table in it. The table can be given to
/// <c>--units</c> again.
/// </summary>
internal sealed class ProjectionFiles : IDisposable
{
    private readonly string _out;
    private readonly ProjectionView _view;
    private readonly NpyWriter<float>? _array;
    private readonly List<ProjectionRow> _rows = [];

    public ProjectionFiles(string file, ProjectionView view, int most)
    {
        (_out, _view) = (file, view);
        if (IsArray(file)) _array = new NpyWriter<float>(file, [most, .. view.Size.Shape(view.Net).TakeLast(3)]);
    }

    public IReadOnlyList<ProjectionRow> Rows => _rows;

    public string Index => _array is null ? Path.Combine(_out, "index.csv") : Path.ChangeExtension(_out, ".csv");

    public static bool IsArray(string file) => file.EndsWith(".npy", StringComparison.Ordinal);

    public void Append(string file, ProjectedUnit unit, ReadOnlySpan<float> projection, ReadOnlySpan<float> input)
    {
        string? picture = null;
        if (_array is not null)
        {
            _array.Append(projection);
        }
        else
        {
            var stem = Path.GetFileNameWithoutExtension(file.Split('#')[0]);
            picture = string.Create(CultureInfo.InvariantCulture, $"{_rows.Count:00000}-{stem}-map{unit.Channel}.png");
            _view.Draw(projection, unit.Field, input).WritePng(Path.Combine(_out, picture));
        }

        _rows.Add(new ProjectionRow(_rows.Count, Path.GetFullPath(file), unit.Channel, unit.Y, unit.X, unit.Activation, unit.Field, unit.Min,
            unit.Max, picture));
    }

    public void Complete()
    {
        _array?.Complete(_rows.Count);
        var table = new StringBuilder("row,file,channel,y,x,activation,top,left,height,width,picture\n");
        foreach (var r in _rows)
        {
            table.Append(CultureInfo.InvariantCulture,
                $"{r.Row},{CsvTable.Quoted(r.File)},{r.Channel},{r.Y},{r.X},{r.Activation:R}," +
                $"{r.Field.Top},{r.Field.Left},{r.Field.Height},{r.Field.Width},{CsvTable.Quoted(r.Picture ?? "")}\n");
        }

        File.WriteAllText(Index + ".partial", table.ToString());
        File.Move(Index + ".partial", Index, overwrite: true);
        if (_array is not null) return;
        var list = Path.Combine(_out, "index.json");
        File.WriteAllText(list + ".partial", Terminal.ToJson(_rows));
        File.Move(list + ".partial", list, overwrite: true);
    }

    public void Dispose() => _array?.Dispose();
}
