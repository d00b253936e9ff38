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

    void See(ReadOnlySpan<float> images);

    void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations);
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

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}

/// <summary>Forward once for whole images, back for each unit inside its receptive field only. On the processor, for images [N, C, H, W].</summary>
internal sealed class WindowedProjection : IUnitProjection
{
    private readonly TensorShape _image;
    private readonly TensorShape _layer;
    private readonly string _imageName;
    private readonly string _layerName;
    private readonly StartValue _start;
    private readonly GraphSession _session;
    private readonly BoundRun _forward;
    private readonly WindowCutter _cutter;
    private readonly UnitPasses _passes;
    private readonly int _window;
    private float[] _windows = [];

    private WindowedProjection(
        ConvNet net, string layer, ReversalRuleSet rules, WindowedReversal reversal, GraphSession session, SessionSettings settings, int batch)
    {
        (_image, _imageName, _layer, _layerName, _start) = (net.Image.Shape!, net.Image.Name, net.ShapeOf(layer), layer, rules.StartsFrom);
        (_session, _forward) = (session, session.Bind(batch));
        _cutter = new WindowCutter(reversal, ShapeInference.Infer(net.Graph), _forward);
        _passes = new UnitPasses(reversal.Graph, settings);
        _window = (int)(_image.Known(1) * OnnxTensor.Product(reversal.Window.Select(static a => a.Size)));
    }

    public int Capacity => _forward.Capacity;

    public int Seen { get; private set; }

    /// <summary>Opens it where it can be had and, unless always wanted, is less work.</summary>
    public static WindowedProjection? TryOpen(ConvNet net, string layer, ReversalRuleSet rules, SessionSettings settings, int batch, bool always)
    {
        if (net.Image.Shape is not { Rank: 4 } || !net.Image.Shape.Dims.Skip(1).All(static d => d.IsKnown)) return null;
        if (WindowedReversal.TryBuild(net.Graph, layer, net.Image.Name, rules) is not { } reversal) return null;
        if (!always && reversal.ShareOfWork >= 1) return null;
        var values = reversal.ForwardValues.Where(v => v != net.Image.Name);
        var session = new GraphSession(FeatureGraph.Of(net, [layer, .. values], switches: false), settings);
        if (session.Provider == SessionSettings.ProcessorProvider) return new WindowedProjection(net, layer, rules, reversal, session, settings, batch);
        session.Dispose();
        return null;
    }

    public void See(ReadOnlySpan<float> images)
    {
        images.CopyTo(_forward.Floats(_imageName));
        Seen = images.Length / (int)_image.ItemCount();
        _forward.Run(Seen);
    }

    public void Project(ReadOnlySpan<int> images, ReadOnlySpan<Unit> units, Span<float> projections, Span<float> activations)
    {
        var (which, chosen, strengths) = (images.ToArray(), units.ToArray(), new float[units.Length]);
        if (_windows.Length < units.Length * _window) _windows = new float[units.Length * _window];
        _passes.ForEach(chosen.Length, (i, pass) =>
        {
            strengths[i] = Start(which[i], chosen[i], pass.Floats(WindowedReversal.SignalName));
            _cutter.Cut(which[i], chosen[i], pass);
            pass.Run();
            pass.Floats(WindowedReversal.ProjectionName).CopyTo(_windows.AsSpan(i * _window, _window));
        });
        strengths.CopyTo(activations);
        var length = (int)_image.ItemCount();
        for (var i = 0; i < chosen.Length; i++) _cutter.Place(_windows.AsSpan(i * _window, _window), chosen[i], _image, projections.Slice(i * length, length));
    }

    public void Dispose()
    {
        _passes.Dispose();
        _forward.Dispose();
        _session.Dispose();
    }

    /// <summary>All activations but the unit's set to zero (Zeiler and Fergus 2013, section 2.1), or one in its place.</summary>
    private float Start(int image, Unit unit, Span<float> signal)
    {
        var activation = _forward.Floats(_layerName)[(int)((image * _layer.ItemCount()) + unit.IndexIn(_layer))];
        signal.Clear();
        signal[unit.Channel] = _start == StartValue.Activation ? activation : 1;
        return activation;
    }
}
