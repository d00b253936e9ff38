using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Explorer;

/// <summary>One network and what was opened of it. Safe for several threads; they wait for one another.</summary>
internal sealed class ExploredModel : IDisposable
{
    private const int OpenSessions = 12;

    private readonly Lock _lock = new();
    private readonly SessionShelf<FeatureExtractor> _extractors = new(OpenSessions);
    private readonly SessionShelf<SeenProjector> _projectors = new(OpenSessions);
    private readonly SessionSettings _settings;
    private readonly PhotoShelf _photos;
    private readonly int _id;
    private readonly ImagePreprocessing _preprocessing;
    private (string Layer, int Photo, float[] Values)? _last;

    public ExploredModel(int id, ConvNet net, PhotoShelf photos, SessionSettings settings)
    {
        (_id, Net, _photos, _settings, _preprocessing) = (id, net, photos, settings, net.RequirePreprocessing());
        Layers = ExploredLayers.Of(net);
        Labels = ModelLabels.Of(id, net, photos, settings);
    }

    public ConvNet Net { get; }

    public IReadOnlyList<LayerAnswer> Layers { get; }

    /// <summary>Gets the class probabilities; null where the network's output is no score a class.</summary>
    public ModelLabels? Labels { get; }

    /// <summary>Finds a layer by its name.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public LayerAnswer Layer(string name) => Layers.FirstOrDefault(l => l.Name == name) ?? throw new RequestException(
        404, $"Layer '{name}' is none of those that can be looked into; GET /api/state lists them.");

    public MapsAnswer Maps(int photo, LayerAnswer layer) => MapPictures.Of(layer, Values(photo, layer));

    public ActivityAnswer Activity(int photo, LayerAnswer layer, int channel)
    {
        var places = layer.Height * layer.Width;
        var map = Values(photo, layer).AsSpan(channel * places, places);
        var best = 0;
        for (var i = 1; i < places; i++) best = map[i] > map[best] ? i : best;
        return new ActivityAnswer(layer.Height, layer.Width, map.ToArray(), best / layer.Width, best % layer.Width);
    }

    /// <summary>Projects one unit. A projection that grows beyond what floats hold is started from one, and that is said.</summary>
    public ProjectionAnswer Project(int photo, LayerAnswer layer, Unit unit, ReversalOptions rules)
    {
        var (values, activation) = Projected(photo, layer, unit, rules);
        if (!values.AsSpan().ContainsAnyExcept(0f) || values.All(float.IsFinite)) return Draw(photo, layer, unit, values, activation, null);
        (values, activation) = Projected(photo, layer, unit, rules with { Start = StartValue.One });
        return Draw(photo, layer, unit, values, activation, "Started from one: from the unit's activation the projection grows beyond what numbers can hold.");
    }

    /// <summary>Opens the session of a layer's projections, so that the first click does not wait for it.</summary>
    public void Warm(int photo, LayerAnswer layer, ReversalOptions rules)
    {
        lock (_lock) Projector(layer, rules).See(photo, Input(photo));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _extractors.Dispose();
            _projectors.Dispose();
        }

        Labels?.Dispose();
    }

    private (float[] Values, float Activation) Projected(int photo, LayerAnswer layer, Unit unit, ReversalOptions rules)
    {
        lock (_lock)
        {
            var projector = Projector(layer, rules);
            projector.See(photo, Input(photo));
            return projector.Project(unit);
        }
    }

    private SeenProjector Projector(LayerAnswer layer, ReversalOptions rules) =>
        _projectors.Get($"{layer.Name}\n{rules}", () => new SeenProjector(new Projector(Net, layer.Name, rules.ToRules(), _settings)));

    /// <summary>The activations of a layer, [C, H, W].</summary>
    private float[] Values(int photo, LayerAnswer layer)
    {
        lock (_lock)
        {
            if (_last is { } last && last.Layer == layer.Name && last.Photo == photo) return last.Values;
            var extractor = _extractors.Get(layer.Name, () => new FeatureExtractor(Net, [layer.Name], switches: false, _settings, batch: 1));
            var values = extractor.Matrix(layer.Name, 1, (_, image) => _photos.Fill(_id, photo, image));
            _last = (layer.Name, photo, values);
            return values;
        }
    }

    private float[] Input(int photo)
    {
        var input = new float[_preprocessing.TensorLength];
        _photos.Fill(_id, photo, input);
        return input;
    }

    private ProjectionAnswer Draw(int photo, LayerAnswer layer, Unit unit, float[] values, float activation, string? note)
    {
        var (height, width) = (_preprocessing.Height, _preprocessing.Width);
        var (rows, columns) = (Net.FieldOf(layer.Name)[0].Clamped(unit.Y, height), Net.FieldOf(layer.Name)[1].Clamped(unit.X, width));
        var planes = Net.ChannelsFirst(values, height, width);
        var range = TensorPicture.ClearRange(values);
        var whole = TensorPicture.Signed(planes, _preprocessing.ChannelCount, height, width, _preprocessing.Channels, range);
        var field = new PixelWindow(columns.First, rows.First, columns.Count, rows.Count);
        var isSeen = field is { Width: > 0, Height: > 0 };
        var (projection, patch) = isSeen ? (whole.Crop(field), _photos.Frame(_id, photo).Crop(field)) : (whole, _photos.Frame(_id, photo));
        return new ProjectionAnswer(
            unit.Channel, unit.Y, unit.X, activation, [field.X, field.Y, field.Width, field.Height], whole.ToDataUri(), projection.ToDataUri(), patch.ToDataUri(),
            isSeen ? note : "This unit sees nothing but padding.");
    }

    /// <summary>A projector and the photo that it saw last.</summary>
    private sealed class SeenProjector(Projector projector) : IDisposable
    {
        private int _photo = -1;

        public void See(int photo, float[] input)
        {
            if (photo == _photo) return;
            projector.See(input);
            _photo = photo;
        }

        public (float[] Values, float Activation) Project(Unit unit)
        {
            var (values, activation) = (new float[projector.ImageLength], new float[1]);
            projector.Project([0], [unit], values, activation);
            return (values, activation[0]);
        }

        public void Dispose() => projector.Dispose();
    }
}
