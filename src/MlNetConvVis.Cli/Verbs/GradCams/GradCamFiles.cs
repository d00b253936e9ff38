using System.Globalization;
using System.Text;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.GradCams;

/// <summary>One map that was written.</summary>
internal sealed record GradCamRow(int Row, string File, int Class, string? ClassName, float Score, float Max, string? Picture);

/// <summary>How a map becomes a picture.</summary>
/// <param name="Net">The network.</param>
/// <param name="Size">The size of its input.</param>
/// <param name="IsGuided">Whether guided maps are drawn, with grey for zero; otherwise heat over the photo.</param>
/// <param name="HasPhoto">Whether inputs were made from photos; heat over anything else lies on grey.</param>
internal sealed record GradCamView(ConvNet Net, InputSize Size, bool IsGuided, bool HasPhoto)
{
    private const int SmallestPictureSide = 256;

    public RgbImage Draw(ReadOnlySpan<float> heat, ReadOnlySpan<float> fine, ReadOnlySpan<float> input)
    {
        var picture = IsGuided
            ? TensorPicture.Signed(
                Net.ChannelsFirst(fine, Size.Height, Size.Width), Size.Channels, Size.Height, Size.Width,
                Net.Preprocessing?.Channels ?? ChannelOrder.Rgb, TensorPicture.ClearRange(fine))
            : HeatPicture.Over(HasPhoto ? Net.Preprocessing!.ToImage(input) : RgbImage.Filled(Size.Width, Size.Height, Rgb.Grey), heat);
        return picture.EnlargeTo(SmallestPictureSide);
    }
}

/// <summary>Writes maps: one as a picture or an array; many as a folder of pictures with a table in it, or as one array with a table beside it.</summary>
internal sealed class GradCamFiles : IDisposable
{
    private readonly string _out;
    private readonly GradCamView _view;
    private readonly bool _isMany;
    private readonly int[] _shape;
    private readonly EarlierResults? _earlier;
    private readonly List<GradCamRow> _rows = [];
    private NpyWriter<float>? _array;

    /// <param name="file">The file or folder.</param>
    /// <param name="view">How maps are drawn.</param>
    /// <param name="input">The shape of one input, with N or without.</param>
    /// <param name="most">How many maps there will be at most; null for one alone.</param>
    public GradCamFiles(string file, GradCamView view, int[] input, int? most)
    {
        (_out, _view, _isMany) = (file, view, most is not null);
        int[] one = [view.Size.Height, view.Size.Width];
        _shape = most is { } several ? [several, .. view.IsGuided ? input.TakeLast(3) : one] : view.IsGuided ? input : one;
        if (_isMany && !IsArray) _earlier = new EarlierResults(file, "index.csv", ".png");
    }

    public IReadOnlyList<GradCamRow> Rows => _rows;

    public bool IsGuided => _view.IsGuided;

    public string Index => IsArray ? Path.ChangeExtension(_out, ".csv") : Path.Combine(_out, "index.csv");

    private bool IsArray => _out.EndsWith(".npy", StringComparison.Ordinal);

    public void Append(string file, ExplainedClass explained, ReadOnlySpan<float> heat, ReadOnlySpan<float> fine, ReadOnlySpan<float> input)
    {
        string? picture = null;
        if (IsArray)
        {
            _array ??= new NpyWriter<float>(_out, _shape);
            _array.Append(IsGuided ? fine : heat);
        }
        else
        {
            var stem = Path.GetFileNameWithoutExtension(file);
            picture = _isMany ? string.Create(CultureInfo.InvariantCulture, $"{_rows.Count:00000}-{stem}-class{explained.Class}.png") : null;
            _view.Draw(heat, fine, input).WritePng(picture is null ? _out : Path.Combine(_out, picture));
        }

        var name = _view.Net.Classes is { } names && explained.Class < names.Count ? names[explained.Class] : null;
        var max = heat.IsEmpty ? 0 : float.NegativeInfinity;
        foreach (var value in heat) max = MathF.Max(max, value);
        _rows.Add(new GradCamRow(_rows.Count, Path.GetFullPath(file), explained.Class, name, explained.Score, max, picture));
    }

    /// <summary>Finishes the array, and writes the table of many.</summary>
    public void Complete(Terminal terminal)
    {
        if (!_isMany)
        {
            _array?.Complete();
            return;
        }

        _array?.Complete(_rows.Count);
        var table = new StringBuilder("row,file,class,name,score,max,picture\n");
        foreach (var r in _rows)
        {
            table.Append(CultureInfo.InvariantCulture,
                $"{r.Row},{CsvTable.Quoted(r.File)},{r.Class},{CsvTable.Quoted(r.ClassName ?? "")},{r.Score:R},{r.Max:R},{CsvTable.Quoted(r.Picture ?? "")}\n");
        }

        File.WriteAllText(Index + ".partial", table.ToString());
        File.Move(Index + ".partial", Index, overwrite: true);
        _earlier?.Tell(terminal, _rows.Select(static r => r.Picture ?? ""), Index);
    }

    public void Dispose() => _array?.Dispose();
}
