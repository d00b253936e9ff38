using MlNetConvVis.Reports;

namespace MlNetConvVis.Tests.Reports;

/// <summary>A report with every kind of block, of the size the quickstart makes, from invented numbers.</summary>
internal static class DemoReport
{
    private static readonly string[] s_classes =
    [
        "face-smiling", "face-concerned", "cat-face", "hand-fingers-open", "person-role", "person-sport", "family", "animal-mammal",
        "animal-bird", "animal-marine", "plant-flower", "food-fruit", "food-prepared", "food-sweet", "drink", "place-building", "transport-ground",
        "transport-air", "sky & weather", "event", "award-medal", "clothing", "musical-instrument", "tool",
    ];

    public static Report Make() => new()
    {
        Title = "What a small convnet learned from 7,214 drawings",
        Subtitle = "A ZFNet-style network trained on 37 groups of symbols, looked into with a deconvnet, " +
            "and its features carried over to 20 groups it never saw.",
        KeyNumbers =
        [
            new("accuracy on a held-out artist", "49.2 %", "37 classes, chance 2.7 %"),
            new("transfer, 30 images a class", "47.3 %", "± 1.4; untrained network 45.9 %"),
            new("transfer, 5 images a class", "34.1 %", "± 2.2; untrained network 31.0 %"),
            new("time, start to report", "4 min 12 s", "two processor cores"),
        ],
        Sections =
        [
            new ReportSection("Training", [TrainingChart(), new TextBlock(
                "The network saw each drawing thirty times, shifted by up to four pixels and sometimes mirrored. Loss is the mean cross-entropy over a " +
                "pass; accuracy is measured on drawings by an artist whose hand it never saw, so it tells style from meaning.")])
            {
                Lead = "Thirty passes over the source classes.",
            },
            new ReportSection("Transfer", [TransferChart(), TransferTable(), Confusion()])
            {
                Lead = "Only the softmax is trained anew. Symbols that are tested were never trained on.",
            },
            new ReportSection("What the maps respond to", [Maps("Layer conv3: the nine strongest activations of six maps", 6, 24), Maps("Layer conv5", 3, 64)])
            {
                Lead = "Each projection shows the part of one drawing that made the map respond, beside the drawing's own patch.",
            },
            new ReportSection("Filters of the first layer", [Filters()]),
        ],
        Foot = new ReportFoot
        {
            Facts =
            [
                new("command", "./convvis run pipelines/quickstart.yaml"), new("versions", "MlNetConvVis 0.1.0, ONNX Runtime 1.29.0 (CPU), .NET 10.0.1"),
                new("seeds", "split 1, training 7, protocol 1"), new("model", "sha256:9f2c6d1e0b7a4c55a1e7d3f0c8b96a2e41d7705c3b1f9e8d6a5b4c3d2e1f0a9b"),
            ],
            Created = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero),
        },
    };

    private static LineChart TrainingChart() => new()
    {
        Caption = "Loss falls quickly at first; the held-out artist follows",
        X = new ChartAxis("pass over the data"),
        Y = new ChartAxis("cross-entropy (nats)") { From = 0 },
        Series =
        [
            new("training", [.. Enumerable.Range(1, 60).Select(i => new ChartPoint(i * 0.5, 0.9 + (2.7 * Math.Exp(-i / 14.0)) + (0.04 * Math.Sin(i * 1.7))))]),
            new("held-out artist", [.. Enumerable.Range(1, 30).Select(i => new ChartPoint(i, 1.75 + (1.8 * Math.Exp(-i / 7.0)) + (0.05 * Math.Sin(i * 2.3))))]),
        ],
    };

    private static LineChart TransferChart() => new()
    {
        Caption = "Accuracy on target classes by training images a class (mean of five folds, bars one standard deviation)",
        X = new ChartAxis("training images a class") { Ticks = [5, 15, 30] },
        Y = new ChartAxis("mean of per-class accuracies") { IsPercent = true },
        Series =
        [
            new("trained network", [new(5, 0.341, 0.022), new(15, 0.421, 0.018), new(30, 0.473, 0.014)]),
            new("untrained network of the same shape", [new(5, 0.31, 0.021), new(15, 0.401, 0.016), new(30, 0.459, 0.017)]),
            new("chance", [new(5, 0.05), new(30, 0.05)]),
        ],
    };

    private static ReportTable TransferTable() => new()
    {
        Caption = "Transfer results",
        Columns = [new("network"), new("5 images", true), new("15 images", true), new("30 images", true), new("features", true)],
        Rows =
        [
            ["trained", TableCell.Percent(0.341, 0.022), TableCell.Percent(0.421, 0.018), TableCell.Percent(0.473, 0.014), TableCell.Number(4096, "#,0")],
            ["untrained", TableCell.Percent(0.31, 0.021), TableCell.Percent(0.401, 0.016), TableCell.Percent(0.459, 0.017), TableCell.Number(4096, "#,0")],
            ["raw pixels", TableCell.Percent(0.187, 0.009), TableCell.Percent(0.24, 0.012), TableCell.Percent(0.262, 0.011), TableCell.Number(12288, "#,0")],
        ],
    };

    private static ConfusionMatrix Confusion()
    {
        var counts = s_classes.Select((_, row) => s_classes.Select((_, column) =>
            row == column ? 60 + (row * 37 % 110) : (row * 31 + (column * 17)) % 23 == 0 ? 25 + (row * column % 40) : (row * 7 + (column * 5)) % 11 == 0 ? 5
            : 0).ToArray());
        return new ConfusionMatrix
        {
            Caption = "What the target classes are taken for, 30 training images a class, five folds", ClassNames = s_classes,
            Counts = [.. counts]
        };
    }

    private static FeatureMapGallery Maps(string caption, int maps, int size) => new()
    {
        Caption = caption,
        Maps = [.. Enumerable.Range(0, maps).Select(map => new FeatureMapPictures($"map {(map * 13) + 4}", Nine(map, size, true), Nine(map, size, false))
            { Note = $"strongest {12.3 - map:0.0}" })],
    };

    private static ReportPicture[] Nine(int map, int size, bool projected) =>
    [
        .. Enumerable.Range(0, 9).Select(i =>
        {
            var (turn, hue) = ((map * 0.9) + (i * 0.12), (map * 0.37) + (i * 0.03));
            return new ReportPicture(
                TinyPng.Draw(size, size, (x, y) =>
                {
                    var wave = Math.Sin(14 * (((x - 0.5) * Math.Cos(turn)) + ((y - 0.5) * Math.Sin(turn))));
                    var near = Math.Exp(-9 * (((x - 0.5) * (x - 0.5)) + ((y - 0.5) * (y - 0.5))));
                    double Channel(double shift) => projected
                        ? 0.5 + (0.5 * wave * near * Math.Cos(hue + shift))
                        : 0.5 + (0.22 * wave) + (0.28 * Math.Cos((6 * hue) + shift + (x * 2) + y));
                    return (Channel(0), Channel(2.1), Channel(4.2));
                }),
                projected ? $"Projection {i + 1} of map {(map * 13) + 4}" : $"Image patch {i + 1} of map {(map * 13) + 4}");
        }),
    ];

    private static PictureGrid Filters() => new()
    {
        Caption = "The 32 filters, 7 x 7 pixels each",
        TileWidth = 84,
        Pictures = [.. Enumerable.Range(0, 32).Select(i => new ReportPicture(
            TinyPng.Draw(7, 7, (x, y) =>
            {
                var wave = 0.5 + (0.45 * Math.Sin((6 * ((x * Math.Cos(i)) + (y * Math.Sin(i)))) + i));
                return i % 3 == 0 ? (wave, 1 - wave, 0.5) : (wave, wave, wave);
            }),
            $"Filter {i}", $"filter {i}"))],
    };
}
