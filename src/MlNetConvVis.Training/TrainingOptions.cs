using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>How a network is trained. Immutable.</summary>
public sealed record TrainingOptions
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>
    /// Gets the paper's recipe (Zeiler and Fergus 2013, section 3): batches of 128, rate 0.01 lowered when the validation error stops falling, momentum 0.9,
    /// filters kept to a root mean square of 0.1, 70 epochs, pictures mirrored. Crops, dropout and initial weights belong to the network's spec.
    /// </summary>
    public static TrainingOptions Paper { get; } = new()
    {
        Epochs = 70,
        BatchSize = 128,
        LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Plateau, Peak = 0.01f, StepEpochs = 5 },
        FilterRmsLimit = 0.1f,
        Augmentation = new Augmentation { Shift = 0 },
    };

    /// <summary>
    /// Gets a recipe for small networks with batch normalisation on a processor: one warm-up epoch, a cosine, label smoothing, weight decay,
    /// varied geometry and colours.
    /// </summary>
    public static TrainingOptions Modern { get; } = new()
    {
        LearningRate = new LearningRateSchedule { Peak = 0.02f, WarmUpEpochs = 1 },
        WeightDecay = 5e-4f,
        LabelSmoothing = 0.1f,
        Augmentation = new Augmentation { Shift = 4, Scale = 0.15f, Rotation = 10, ColourMix = 0.2f, Contrast = 0.3f, Brightness = 0.1f, Fill = FillMode.Edge },
    };

    /// <summary>Gets how often every picture is seen.</summary>
    /// <value>The default is 12.</value>
    [Range(1, 100_000)]
    public int Epochs { get; init; } = 12;

    /// <summary>Gets the pictures of one step. An epoch is as many whole batches as the pictures make, in a new order; those left over wait for another epoch's
    /// order.
    /// With fewer pictures than this, a batch is all of them.</summary>
    /// <value>The default is 64.</value>
    [Range(1, 65_536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets after how many epochs without a lower validation error (training error, where nothing is validated) training stops; null to go through
    /// with all epochs.</summary>
    /// <value>The default is null.</value>
    [Range(1, 100_000)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]      // checkpoints from before it was there go on
    public int? Patience { get; init; }

    /// <summary>Gets the learning rate's course.</summary>
    public LearningRateSchedule LearningRate { get; init; } = new();

    /// <summary>Gets the momentum m of v = m*v + g, w = w - rate*v.</summary>
    /// <value>The default is 0.9, the paper's.</value>
    [Range(0, 0.9999)]
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Gets the weight decay of weights; biases and normalisation have none.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1)]
    public float WeightDecay { get; init; }

    /// <summary>Gets the share of the probability that is spread evenly over all classes.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.9)]
    public float LabelSmoothing { get; init; }

    /// <summary>Gets the root mean square that convolution filters are scaled back to when they exceed it; null for no limit.</summary>
    /// <value>The default is null: with batch normalisation the scale of filters has no effect.</value>
    [Range(1e-6, 1e6)]
    public float? FilterRmsLimit { get; init; }

    /// <summary>Gets how pictures are varied.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Gets the seed of order, augmentation and dropout. The initial weights come with the network.</summary>
    /// <value>The default is 0.</value>
    public ulong Seed { get; init; }

    /// <summary>Gets the time that training may take. After the first epoch the number of epochs is cut to what fits, so that the learning rate still runs its
    /// whole course; null for no limit. The number of epochs then depends on the machine.</summary>
    /// <value>The default is null.</value>
    [JsonIgnore]
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>Gets the device.</summary>
    /// <value>The default is <see cref="Device.Auto"/>.</value>
    [JsonIgnore]
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Gets how many threads compute on the processor; 0 for one a core.</summary>
    /// <value>The default is 0.</value>
    [JsonIgnore]
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Gets how many checkpoints are kept, the newest ones; that of the best epoch is kept besides.</summary>
    /// <value>The default is 2.</value>
    [JsonIgnore]
    [Range(1, 100_000)]
    public int KeptCheckpoints { get; init; } = 2;

    /// <summary>Gets the epochs whose network is kept as <c>epochs/epoch-N.onnx</c>.</summary>
    /// <value>The default is none.</value>
    [JsonIgnore]
    public IReadOnlyList<int> KeptEpochs { get; init; } = [];

    /// <summary>Gets N where the network of every N-th epoch is kept as <c>epochs/epoch-N.onnx</c>; null for none.</summary>
    /// <value>The default is null.</value>
    [JsonIgnore]
    [Range(1, 100_000)]
    public int? KeptEvery { get; init; }

    /// <summary>Gets what receives notes, such as that CUDA is missing; null to drop them.</summary>
    [JsonIgnore]
    public Action<string>? Note { get; init; }

    /// <summary>Gets the options as JSON: all that decides what training does, not where and how fast. Equal text, equal training.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Checks every value.</summary>
    /// <returns>This.</returns>
    /// <exception cref="TrainingException">A value is out of its range; the message names it.</exception>
    public TrainingOptions Checked()
    {
        foreach (var part in new object[] { this, LearningRate, Augmentation })
        {
            var results = new List<ValidationResult>();
            if (!Validator.TryValidateObject(part, new ValidationContext(part), results, validateAllProperties: true))
                throw new TrainingException($"Training options: {string.Join(' ', results.Select(static r => r.ErrorMessage))}");
        }

        return TimeBudget is { } budget && budget <= TimeSpan.Zero
            ? throw new TrainingException($"Training options: the time budget is {budget}; more than nothing is wanted.") : this;
    }

    internal SgdOptions ToSgd() => new()
    {
        Momentum = Momentum, WeightDecay = WeightDecay, FilterRmsLimit = FilterRmsLimit, LabelSmoothing = LabelSmoothing,
    };

    internal SessionSettings ToSettings() => new() { Device = Device, Threads = Threads, Note = Note };
}
