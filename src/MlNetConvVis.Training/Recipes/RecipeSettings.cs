using System.Globalization;

namespace MlNetConvVis.Training;

/// <summary>The table of everything in a recipe that has a name on the command line and in YAML, one row a setting. <see cref="TrainingOptions"/> is where
/// the values live; docs/training.md lists them beside the paper's.</summary>
public static class RecipeSettings
{
    private static readonly Dictionary<string, LearningRateShape> s_schedules = new()
    {
        ["constant"] = LearningRateShape.Constant,
        ["step"] = LearningRateShape.Step,
        ["cosine"] = LearningRateShape.Cosine,
        ["one-cycle"] = LearningRateShape.OneCycle,
        ["plateau"] = LearningRateShape.Plateau,
    };

    private static readonly Dictionary<string, FillMode> s_fills = new()
    {
        ["reflect"] = FillMode.Reflect,
        ["edge"] = FillMode.Edge,
        ["background"] = FillMode.Background,
    };

    private static readonly SettingKinds<TrainingOptions> s_own = new(static o => o, static (_, own) => own);
    private static readonly SettingKinds<LearningRateSchedule> s_rate = new(static o => o.LearningRate, static (o, rate) => o with { LearningRate = rate });
    private static readonly SettingKinds<Augmentation> s_picture =
        new(static o => o.Augmentation, static (o, picture) => o with { Augmentation = picture }, isAugmentation: true);

    /// <summary>Amounts that are all 0 are no jitter at all.</summary>
    private static readonly SettingKinds<ColourJitter> s_jitter = new(
        static o => o.Augmentation.Jitter ?? new ColourJitter(),
        static (o, jitter) => o with { Augmentation = o.Augmentation with { Jitter = jitter == new ColourJitter() ? null : jitter } }, isAugmentation: true);

    /// <summary>Gets the recipes by name.</summary>
    public static IReadOnlyDictionary<string, TrainingOptions> Presets { get; } =
        new Dictionary<string, TrainingOptions> { ["modern"] = TrainingOptions.Modern, ["paper"] = TrainingOptions.Paper };

    /// <summary>Gets the settings in the order that help lists them.</summary>
    public static IReadOnlyList<RecipeSetting> All { get; } = [.. Course(), .. Rate(), .. Update(), .. Kept(), .. Pictures(), .. Jitter()];

    private static IEnumerable<RecipeSetting> Course()
    {
        yield return s_own.Whole("epochs", "how often every photo is seen", nameof(TrainingOptions.Epochs),
            static o => o.Epochs, static (o, v) => o with { Epochs = v!.Value });
        yield return s_own.Whole("batch", "photos of one step", nameof(TrainingOptions.BatchSize),
            static o => o.BatchSize, static (o, v) => o with { BatchSize = v!.Value });
        yield return s_own.Whole("patience", "stop when the validation error has not fallen for this many epochs", nameof(TrainingOptions.Patience),
            static o => o.Patience, static (o, v) => o with { Patience = v }, isOptional: true);
        yield return s_own.Of("time-budget", "MINUTES", "a number of minutes above 0, or none",
            "cut the number of epochs after the first one to what fits this time; the learning rate still runs its whole course",
            static o => o.TimeBudget is { } time ? time.TotalMinutes.ToString("0.###", CultureInfo.InvariantCulture) : "none",
            static (o, text) => text == "none" ? o with { TimeBudget = null }
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && v is > 0 and < 1e6
                ? o with { TimeBudget = TimeSpan.FromMinutes(v) } : null);
    }

    private static IEnumerable<RecipeSetting> Rate()
    {
        yield return s_rate.Real("learning-rate", "the highest learning rate", nameof(LearningRateSchedule.Peak),
            static r => r.Peak, static (r, v) => r with { Peak = v!.Value });
        yield return s_rate.Choice("schedule", "NAME", "constant, step, cosine, one-cycle or plateau",
            "how the learning rate moves: constant; step (times 'factor' every 'step-epochs'); cosine; one-cycle (up, then down); " +
            "plateau (times 'factor' when the validation error has not fallen for 'step-epochs')",
            s_schedules, static r => r.Shape, static (r, v) => r with { Shape = v });
        yield return s_rate.Real("warm-up", "epochs in which the learning rate rises from nothing", nameof(LearningRateSchedule.WarmUpEpochs),
            static r => r.WarmUpEpochs, static (r, v) => r with { WarmUpEpochs = v!.Value });
        yield return s_rate.Whole("step-epochs", "see schedule", nameof(LearningRateSchedule.StepEpochs),
            static r => r.StepEpochs, static (r, v) => r with { StepEpochs = v!.Value });
        yield return s_rate.Real("factor", "see schedule", nameof(LearningRateSchedule.Factor),
            static r => r.Factor, static (r, v) => r with { Factor = v!.Value });
        yield return s_rate.Real("final-part", "the last learning rate of cosine and one-cycle as a part of the highest",
            nameof(LearningRateSchedule.FinalPart), static r => r.FinalPart, static (r, v) => r with { FinalPart = v!.Value });
        yield return s_rate.Real("rising-part", "the part of a one-cycle that rises", nameof(LearningRateSchedule.RisingPart),
            static r => r.RisingPart, static (r, v) => r with { RisingPart = v!.Value });
    }

    private static IEnumerable<RecipeSetting> Update()
    {
        yield return s_own.Real("momentum", "the momentum of gradient descent", nameof(TrainingOptions.Momentum),
            static o => o.Momentum, static (o, v) => o with { Momentum = v!.Value });
        yield return s_own.Real("weight-decay", "the pull of weights towards 0; biases and normalisation have none", nameof(TrainingOptions.WeightDecay),
            static o => o.WeightDecay, static (o, v) => o with { WeightDecay = v!.Value });
        yield return s_own.Real("label-smoothing", "the share of the probability that is spread over all classes", nameof(TrainingOptions.LabelSmoothing),
            static o => o.LabelSmoothing, static (o, v) => o with { LabelSmoothing = v!.Value });
        yield return s_own.Real("filter-rms-limit", "the root mean square that convolution filters are scaled back to when they exceed it",
            nameof(TrainingOptions.FilterRmsLimit), static o => o.FilterRmsLimit, static (o, v) => o with { FilterRmsLimit = v }, isOptional: true);
    }

    private static IEnumerable<RecipeSetting> Kept()
    {
        yield return s_own.Whole("keep", "how many checkpoints stay, the newest ones; that of the best epoch stays besides",
            nameof(TrainingOptions.KeptCheckpoints), static o => o.KeptCheckpoints, static (o, v) => o with { KeptCheckpoints = v!.Value });
        yield return s_own.Of("keep-epochs", "N,N,…", "epochs as whole numbers, separated by commas, or none",
            "epochs whose network is kept as epochs/epoch-N.onnx, such as 1,2,5,10 to see features develop",
            static o => o.KeptEpochs.Count == 0 ? "none" : string.Join(',', o.KeptEpochs),
            static (o, text) => text == "none" ? o with { KeptEpochs = [] } : Wholes(text) is { } epochs ? o with { KeptEpochs = epochs } : null);
        yield return s_own.Whole("keep-every", "the network of every N-th epoch is kept as epochs/epoch-N.onnx", nameof(TrainingOptions.KeptEvery),
            static o => o.KeptEvery, static (o, v) => o with { KeptEvery = v }, isOptional: true);
    }

    private static IEnumerable<RecipeSetting> Pictures()
    {
        yield return s_picture.Truth("flip", "whether half of the pictures are mirrored left to right",
            static a => a.Flip, static (a, v) => a with { Flip = v });
        yield return s_picture.Truth("centre-crop", "whether the crop is always the middle of the canvas; else it lies anywhere in it",
            static a => a.CentreCrop, static (a, v) => a with { CentreCrop = v });
        yield return s_picture.Whole("shift", "how far pictures move, in pixels", nameof(Augmentation.Shift),
            static a => a.Shift, static (a, v) => a with { Shift = v!.Value });
        yield return s_picture.Real("scale", "how much pictures grow or shrink, as a part of their size", nameof(Augmentation.Scale),
            static a => a.Scale, static (a, v) => a with { Scale = v!.Value });
        yield return s_picture.Real("rotation", "how far pictures turn, in degrees", nameof(Augmentation.Rotation),
            static a => a.Rotation, static (a, v) => a with { Rotation = v!.Value });
        yield return s_picture.Real("brightness", "how much brightness changes, as a part of its range", nameof(Augmentation.Brightness),
            static a => a.Brightness, static (a, v) => a with { Brightness = v!.Value });
        yield return s_picture.Real("contrast", "how much contrast changes, as a part of it", nameof(Augmentation.Contrast),
            static a => a.Contrast, static (a, v) => a with { Contrast = v!.Value });
        yield return s_picture.Real("colour-mix", "how much colours mix", nameof(Augmentation.ColourMix),
            static a => a.ColourMix, static (a, v) => a with { ColourMix = v!.Value });
        yield return s_picture.Choice("fill", "NAME", "reflect, edge or background", "what stands where a moved picture left its place",
            s_fills, static a => a.Fill, static (a, v) => a with { Fill = v });
    }

    private static IEnumerable<RecipeSetting> Jitter()
    {
        yield return s_jitter.Real("jitter-brightness", "the factor that brightness changes by, as in torchvision's ColorJitter",
            nameof(ColourJitter.Brightness), static j => j.Brightness, static (j, v) => j with { Brightness = v!.Value });
        yield return s_jitter.Real("jitter-contrast", "the same for contrast", nameof(ColourJitter.Contrast),
            static j => j.Contrast, static (j, v) => j with { Contrast = v!.Value });
        yield return s_jitter.Real("jitter-saturation", "the same for saturation", nameof(ColourJitter.Saturation),
            static j => j.Saturation, static (j, v) => j with { Saturation = v!.Value });
    }

    private static int[]? Wholes(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = parts.Select(static p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 0).ToArray();
        return numbers.Contains(0) ? null : [.. numbers.Distinct().Order()];
    }
}
