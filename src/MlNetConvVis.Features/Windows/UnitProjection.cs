using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>A way to project units of images that were seen. Callers have checked units and lengths.</summary>
internal interface IUnitProjection : IDisposable
{
    int Capacity { get; }

    int Seen { get; }

    double ShareOfOne { get; }

    void See(ReadOnlySpan<float> images);

    void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations);

    /// <summary>Projects one unit of each image; what was seen before is forgotten.</summary>
    void ProjectOne(ReadOnlySpan<float> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations);
}

/// <summary>Forward and back in one graph, over whole maps; every unit takes a forward pass.</summary>
internal sealed class WholeProjection : IUnitProjection
{
    private readonly ConvNet _net;
    private readonly TensorShape _layer;
    private readonly GraphSession _session;
    private readonly BoundRun _run;
    private readonly int _length;
    private float[] _images = [];

    public WholeProjection(ConvNet net, string layer, OnnxGraph graph, SessionSettings settings, int batch)
    {
        (_net, _layer) = (net, net.ShapeOf(layer));
        _session = new GraphSession(graph, settings);
        _run = _session.Bind(batch);
        _length = _run.ItemLength(net.Image.Name);
    }

    public int Capacity => _run.Capacity;

    public int Seen => _images.Length / _length;

    public double ShareOfOne => 1;

    public void See(ReadOnlySpan<float> images) => _images = images.ToArray();

    public void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        var places = _run.Longs(ProjectionGraph.UnitName);
        places.Clear();
        for (var i = 0; i < units.Length; i++)
        {
            places[i] = units[i].IndexIn(_layer);
            _images.AsSpan(images[i] * _length, _length).CopyTo(_run.Floats(_net.Image.Name)[(i * _length)..]);
        }

        _run.Run(units.Length);
        _run.Floats(ProjectionGraph.ProjectionName)[..projections.Length].CopyTo(projections);
        _run.Floats(ProjectionGraph.ActivationName)[..activations.Length].CopyTo(activations);
    }

    public void ProjectOne(ReadOnlySpan<float> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        See(images);
        Project([.. Enumerable.Range(0, units.Length)], units, projections, activations);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}

/// <summary>Forward once for whole images, back for each unit inside its receptive field only. On the processor, for images with
/// <see cref="ImagePlanes"/>.</summary>
internal sealed class WindowedProjection : IUnitProjection
{
    /// <summary>Up to which share of the work of a whole image the forward pass of a single unit is worth its masks and copies.</summary>
    private const double MostShare = 0.7;

    private readonly ImagePlanes _image;
    private readonly TensorShape _layer;
    private readonly string _imageName;
    private readonly string _layerName;
    private readonly StartValue _start;
    private readonly Func<GraphSession> _open;
    private readonly WindowCutter _cutter;
    private readonly UnitPasses _passes;
    private readonly FieldForward? _field;
    private readonly int _window;
    private float[] _windows = [];
    private GraphSession? _session;
    private BoundRun? _forward;

    private WindowedProjection(
        ConvNet net, ImagePlanes image, string layer, ReversalRuleSet rules, WindowedReversal reversal, FieldForward? field, Func<GraphSession> open,
        SessionSettings settings, int batch)
    {
        (_image, _imageName, _layer, _layerName, _start) = (image, net.Image.Name, net.ShapeOf(layer), layer, rules.StartsFrom);
        (_field, _open) = (field, open);
        Capacity = _layer[0] is { IsKnown: true } items ? (int)items.Size : batch;
        _cutter = new WindowCutter(reversal, ShapeInference.Infer(net.Graph));
        _passes = new UnitPasses(reversal.Graph, settings);
        ShareOfOne = _field is null ? 1 : reversal.ShareOfWork;
        _window = (int)(_image.Shape.Known(1) * OnnxTensor.Product(reversal.Window.Select(static a => a.Size)));
    }

    public int Capacity { get; }

    public int Seen { get; private set; }

    public double ShareOfOne { get; }

    /// <summary>Opens it where it can be had and, unless always wanted, is less work.</summary>
    public static WindowedProjection? TryOpen(ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, int batch, bool always)
    {
        if (net.Image.Shape is not { Rank: 4 } || !net.Image.Shape.Dims.Skip(1).All(static d => d.IsKnown)) return null;
        if (ImagePlanes.Of(net) is not { } image || WindowedReversal.TryBuild(net.Graph, layer, image.Name, rules) is not { } reversal) return null;
        if (!always && reversal.ShareOfWork >= 1) return null;
        var values = reversal.ForwardValues.Where(v => v != net.Image.Name);
        GraphSession Open() => new(FeatureGraph.Of(net, [layer, .. values], switches: false), settings);
        var field = (always || reversal.ShareOfWork < MostShare) && WindowedForward.TryBuild(net.Graph, layer, image.Name, reversal) is { } alone
            ? new FieldForward(alone, reversal, net, image, settings, batch) : null;
        var session = field is null ? Open() : null;      // otherwise opened when whole images are to be seen
        try
        {
            if ((field?.Provider ?? session!.Provider) == SessionSettings.ProcessorProvider)
                return new WindowedProjection(net, image, layer, rules, reversal, field, Open, settings, batch) { _session = session };
        }
        catch
        {
            field?.Dispose();
            session?.Dispose();
            throw;
        }

        field?.Dispose();
        session?.Dispose();
        return null;
    }

    public void See(ReadOnlySpan<float> images)
    {
        _forward ??= (_session ??= _open()).Bind(Capacity);
        images.CopyTo(_forward.Floats(_imageName));
        Seen = images.Length / (int)_image.Shape.ItemCount();
        _forward.Run(Seen);
    }

    public void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        var which = images.ToArray();
        var forward = _forward!;      // images were seen, or none of them would be named
        Project(units.ToArray(), projections, activations, (i, unit, pass) =>
        {
            _cutter.Cut(forward, which[i], unit, pass);
            return forward.Floats(_layerName)[(int)((which[i] * _layer.ItemCount()) + unit.IndexIn(_layer))];
        });
    }

    public void ProjectOne(ReadOnlySpan<float> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        if (_field is null)
        {
            See(images);
            Project([.. Enumerable.Range(0, units.Length)], units, projections, activations);
            return;
        }

        Seen = 0;
        var length = (int)_image.Shape.ItemCount();
        for (var i = 0; i < units.Length; i++) _field.Fill(i, _image.From(images.Slice(i * length, length)), units[i]);
        _field.Run(units.Length);
        Project(units.ToArray(), projections, activations, (i, unit, pass) =>
        {
            _field.Cut(i, unit, _cutter, pass);
            return _field.Activations(i)[unit.Channel];
        });
    }

    public void Dispose()
    {
        _passes.Dispose();
        _field?.Dispose();
        _forward?.Dispose();
        _session?.Dispose();
    }

    /// <summary>All activations but the unit's set to zero (Zeiler and Fergus 2013, section 2.1), or one in its place; then back.</summary>
    private void Project(Unit[] units, Span<float> projections, Span<float> activations, Func<int, Unit, IUnitPass, float> prepare)
    {
        var strengths = new float[units.Length];
        if (_windows.Length < units.Length * _window) _windows = new float[units.Length * _window];
        _passes.ForEach(units.Length, (i, pass) =>
        {
            strengths[i] = prepare(i, units[i], pass);
            var signal = pass.Floats(WindowedReversal.SignalName);
            signal.Clear();
            signal[units[i].Channel] = _start == StartValue.Activation ? strengths[i] : 1;
            pass.Run();
            pass.Floats(WindowedReversal.ProjectionName).CopyTo(_windows.AsSpan(i * _window, _window));
        });
        strengths.CopyTo(activations);
        var length = (int)_image.Shape.ItemCount();
        for (var i = 0; i < units.Length; i++) _image.Place(_cutter, _windows.AsSpan(i * _window, _window), units[i], projections.Slice(i * length, length));
    }
}
