using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>
/// The forward pass of units of different images, each inside its receptive field only: for one unit of an image that is less work than the whole image.
/// For images with <see cref="ImagePlanes"/>.
/// </summary>
internal sealed class FieldForward : IDisposable
{
    private readonly WindowedForward _forward;
    private readonly TensorShape _image;
    private readonly IReadOnlyDictionary<string, TensorShape> _shapes;
    private readonly ValuePart[] _values;
    private readonly (SwitchPart Part, WindowGeometry Geometry)[] _switches;
    private readonly WindowPart[] _others;
    private readonly GraphSession _session;
    private readonly BoundRun _run;

    public FieldForward(WindowedForward forward, WindowedReversal reversal, ConvNet net, ImagePlanes image, SessionSettings settings, int batch)
    {
        (_forward, _image, _shapes) = (forward, image.Shape, ShapeInference.Infer(net.Graph));
        _session = new GraphSession(forward.Graph, settings);
        _run = _session.Bind(batch);
        _values = [.. reversal.Parts.OfType<ValuePart>()];
        _switches = [.. reversal.Parts.OfType<SwitchPart>().Select(static p => (p, Inside(p)))];
        _others = [.. reversal.Parts.Where(static p => p is ConstantPart or MaskPart)];
    }

    /// <summary>Takes one unit in.</summary>
    /// <param name="item">Its place in the batch.</param>
    /// <param name="image">Its image, [C, H, W].</param>
    /// <param name="unit">The unit.</param>
    public void Fill(int item, ReadOnlySpan<float> image, Unit unit)
    {
        new PlacedWindow(_forward.Image.Window, unit, _image).CopyOutOf(image, Item(_forward.Image.Name, item), 0);
        foreach (var mask in _forward.Masks) new PlacedWindow(mask.Window, unit, _shapes[mask.Value]).Mark(Item(mask.Name, item));
    }

    /// <summary>Gets the execution provider.</summary>
    public string Provider => _session.Provider;

    public void Run(int items) => _run.Run(items);

    /// <summary>Gets the activations of all maps at a unit's place.</summary>
    public ReadOnlySpan<float> Activations(int item) => Item(WindowedForward.UnitName, item);

    /// <summary>Hands what the reverse pass of one unit takes in to it.</summary>
    public void Cut(int item, Unit unit, WindowCutter cutter, IUnitPass pass)
    {
        foreach (var part in _values) Item(part.Name, item).CopyTo(pass.Floats(part.Name));
        foreach (var (part, geometry) in _switches) PoolSwitches.All(Item(WindowedForward.ValuesOf(part), item), geometry, pass.Longs(part.Name));
        foreach (var part in _others) cutter.Cut(part, unit, pass);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>How a pooling moves over the part of its input alone, where what lies outside holds the lowest number.</summary>
    private static WindowGeometry Inside(SwitchPart part) => part.Geometry with
    {
        PadsBegin = [0, 0],
        PadsEnd = [0, 0],
        InputSizes = [.. part.Window.Select(static a => a.Size)],
        OutputSizes = [.. part.Pooled.Select(static a => a.Size)],
    };

    private Span<float> Item(string name, int item) => _run.Floats(name).Slice(item * _run.ItemLength(name), _run.ItemLength(name));
}
