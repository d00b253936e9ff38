using System.Globalization;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Bench;

/// <summary>The cases, in the order of the table; each is opened only when its turn comes.</summary>
internal sealed class Suite(BenchOptions options, string shared)
{
    private const int SmallBatch = 64;
    private const int PaperBatch = 16;
    private const int LeNetBatch = 128;
    private const int LoopSteps = 16;
    private const int PhotosOfFigure = 1000;
    private const ulong PhotoSeed = 3;
    private const int SmallClasses = 100;
    private const float Rate = 0.01f;

    /// <summary>Other decoders and resampling give other pixels, and these other scores.</summary>
    private const double CodecTolerance = 0.05;

    private readonly SessionSettings _settings = new() { Device = Device.Cpu, Threads = options.Threads };

    /// <summary>Enumerates the cases with what opens our side of them.</summary>
    /// <param name="peer">The peer, which makes JPEG files; null for none.</param>
    public IEnumerable<Entry> Cases(Peer? peer) =>
        All(peer).Where(c => options.Only is not { } part || c.Case.Name.Contains(part, StringComparison.Ordinal));

    private IEnumerable<Entry> All(Peer? peer)
    {
        yield return Training(() => new Subject(shared, "fashion", LeNetBatch, amplitude: 2, classes: 10), "fashion", LeNetBatch, 10, "fc4");
        var small = new Subject(shared, "zfnet64", SmallBatch, amplitude: 2, SmallClasses);
        foreach (var item in Forward(small, "pool5")) yield return item;
        yield return Projection(small, "conv5");
        yield return Training(() => small, small.Name, SmallBatch, SmallClasses, "fc6");
        yield return Loop(small);
        yield return Images(peer);
        foreach (var item in Heads()) yield return item;
#if HAS_MLNET
        yield return MLNet(new Subject(shared, "zfnet64", SmallBatch, amplitude: 2, SmallClasses));
#endif
        if (options.Model is { } file)
        {
            foreach (var item in Score(peer, file)) yield return item;
        }

        if (options.Quick) yield break;
        var paper = new Subject(shared, "zfnet", PaperBatch, amplitude: 120, classes: 1000, last: "pool5");
        foreach (var item in Forward(paper, "conv5")) yield return item;
        foreach (var layer in new[] { "conv5", "conv3", "conv2" })
        {
            yield return Projection(paper, layer);
            yield return Reverse(paper, layer);
        }

        yield return Figure(paper);
        yield return Occlusion();
        yield return Training(() => new Subject(shared, "zfnet", PaperBatch, amplitude: 120, classes: 1000), "zfnet", PaperBatch, 1000, "fc8");
    }

    /// <summary>Without dropout, whose masks the two sides draw differently.</summary>
    private Entry Training(Func<Subject> subject, string network, int batch, int classes, string last)
    {
        var work = new Case
        {
            Name = $"{network}, batch {batch}: training step", Kind = "training", Network = network, Layer = last, Batch = batch, Classes = classes, Rate = Rate,
        };
        return new Entry(work, () => new TrainingWork(subject(), Rate, _settings, steps: 1));
    }

    /// <summary>The trainer with all that feeds it, beside the bare steps.</summary>
    private Entry Loop(Subject subject)
    {
        var work = Of(subject, "loop", $"{LoopSteps} steps of the trainer, pictures varied, beside the bare steps", "fc6") with { SameResult = false };
        return new Entry(work, () => new TrainingLoopWork(subject, LoopSteps, _settings))
        {
            Rival = new OwnRival(() => new TrainingWork(subject, Rate, _settings, LoopSteps), static () => "our own"),
        };
    }

    private static Case Of(Subject subject, string kind, string name, string layer) => new()
    {
        Name = $"{subject.Name}, batch {subject.Batch}: {name}", Kind = kind, Network = subject.Name, Layer = layer, Batch = subject.Batch,
        Classes = subject.Classes,
    };

    private IEnumerable<Entry> Forward(Subject subject, string layer)
    {
        FeatureWork Work(bool switches) => new(subject, layer, switches, _settings);
        yield return new Entry(Of(subject, "features", $"forward to {layer}", layer), () => Work(switches: false));
        var withSwitches = Of(subject, "switches", $"forward to {layer}, with switches", layer);
        yield return new Entry(withSwitches, () => Work(switches: true));
        yield return new Entry(withSwitches with { Name = $"{withSwitches.Name}, beside our own without" }, () => Work(switches: true))
        {
            Rival = new OwnRival(() => Work(switches: false), static () => "our own"),
        };
    }

    private Entry Reverse(Subject subject, string layer)
    {
        var (work, units) = OfUnits(subject, "reverse", $"back from a {layer} unit each, forward pass given", layer);
        return new Entry(work, () => new ReverseWork(subject, layer, units, _settings));
    }

    private Entry Projection(Subject subject, string layer)
    {
        var (work, units) = OfUnits(subject, "projection", $"projection of a {layer} unit each", layer);
        return new Entry(work, () => new ProjectionWork(subject, layer, units, _settings));
    }

    private (Case Case, Unit[] Units) OfUnits(Subject subject, string kind, string name, string layer)
    {
        using var features = new FeatureWork(subject, layer, switches: false, _settings);
        var units = features.StrongestUnits();
        var shape = subject.Net.ShapeOf(layer);
        return (Of(subject, kind, name, layer) with { Units = [.. units.Select(u => u.IndexIn(shape))] }, units);
    }

    private Entry Figure(Subject subject)
    {
        var work = Of(subject, "figure", $"figure 2 over {PhotosOfFigure} photos in memory", "conv5") with
        {
            Layers = ["conv1", "conv2", "conv3", "conv4", "conv5"],
            Maps = 16,
            Top = 9,
            Photos = PhotosOfFigure,
            Long = true,
        };
        return new Entry(work, () =>
        {
            var photos = new byte[PhotosOfFigure * (subject.Images.Length / subject.Batch)];
            subject.WritePhotos(photos, PhotoSeed);
            return new FigureWork(subject, photos, work, _settings);
        });
    }

    /// <summary>Few photos, each many times: what is read again comes from memory, so that no disk is timed.</summary>
    private IEnumerable<Entry> Score(Peer? peer, string file)
    {
        var net = ConvNet.Load(file);
        var photos = new Lazy<ScorePhotos>(() => ScorePhotos.Of(options.Photos, peer, Path.Combine(shared, "score-photos"), options.Count ?? (options.Quick ? 512 : 2048)));
        var work = new Case { Name = $"score: photos to rows with {Path.GetFileName(file)}, beside the bare network", Kind = "score", Long = true };
        yield return new Entry(work, () => new ScoreWork(net, photos.Value.All, _settings))
        {
            Rival = new OwnRival(() => new BareNetworkWork(net, photos.Value, _settings), () => $"bare network; {photos.Value}"),
        };
        yield return new Entry(work with { Name = $"score: photos to rows with {Path.GetFileName(file)}, beside ONNX Runtime's own threads" },
            () => new ScoreWork(net, photos.Value.All, _settings))
        {
            Rival = new OwnRival(() => new BareNetworkWork(net, photos.Value, _settings, shared: false), () => $"bare network, one batch at a time; {photos.Value}"),
        };
        yield return new Entry(work with { Name = $"score: photos to rows with {Path.GetFileName(file)}, beside decoding, then the bare network" },
            () => new ScoreWork(net, photos.Value.All, _settings))
        {
            Rival = new OwnRival(() => new BareNetworkWork(net, photos.Value, _settings, decodes: true), () => $"decoding and bare network; {photos.Value}"),
        };
#if HAS_MLNET
        var chains = new MLNetChains(net, file);
        yield return MLNet(chains, Path.GetFileName(file), rows: options.Quick ? 64 : 256);
        yield return new Entry(
            new Case { Name = $"ML.NET: photos to the scores of {Path.GetFileName(file)}", Kind = "mlnet", Tolerance = CodecTolerance, Long = true },
            () => chains.OursFromFiles(photos.Value))
        {
            Rival = new OwnRival(() => chains.StockFromFiles(photos.Value), () => $"ML.NET's LoadImages to ApplyOnnxModel; {photos.Value}"),
        };
#endif
    }

#if HAS_MLNET
    private Entry MLNet(Subject subject)
    {
        var file = Path.Combine(shared, $"{subject.Name}.onnx");
        OnnxFile.Write(subject.Network.Graph, file);
        return MLNet(new MLNetChains(subject.Net, file), subject.Name, rows: 1024);
    }

    private static Entry MLNet(MLNetChains chains, string name, int rows) =>
        new(new Case { Name = $"ML.NET, {rows} rows of pixels: ExtractConvFeatures of {name}, beside ApplyOnnxModel", Kind = "mlnet" },
            () => chains.Ours(rows))
        {
            Rival = new OwnRival(() => chains.Stock(rows), static () => "ML.NET's ApplyOnnxModel"),
        };
#endif

    /// <summary>The whole network, whose files replace those of the cut one when its turn comes.</summary>
    private Entry Occlusion()
    {
        var work = new Case
        {
            Name = $"zfnet, batch {PaperBatch}: one image, an occluder of 32x32 at 625 places", Kind = "occlusion", Network = "zfnet", Layer = "fc8",
            Batch = PaperBatch, Classes = 1000, Size = 32, Stride = 8, Long = true,
        };
        return new Entry(work, () => new OcclusionWork(new Subject(shared, "zfnet", PaperBatch, amplitude: 120, classes: 1000), work, _settings));
    }

    /// <summary>Penalties as validation chooses them for features of convnets, and a tenth of it, where fits take longest.</summary>
    private IEnumerable<Entry> Heads()
    {
        var rows = new Lazy<HeadRows>(() => new HeadRows(shared));
        foreach (var (kind, l2) in new[] { (HeadKind.Softmax, 0.1), (HeadKind.Softmax, 0.01), (HeadKind.Svm, 40), (HeadKind.Svm, 4) })
        {
            var work = new Case
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"{(kind == HeadKind.Svm ? "svm" : "softmax")} head, 3060 rows of 4096, 102 classes, L2 {l2}"),
                Kind = "head", Head = kind.ToString(), L2 = l2, Tolerance = 1e-3, Long = true,
            };
            yield return new Entry(work, () => new HeadWork(rows.Value, kind, l2, options.Threads));
        }
    }

    private Entry Images(Peer? peer)
    {
        var count = options.Quick ? 24 : 64;
        var folder = Path.Combine(shared, "photos");
        Photos.Write(folder, count);
        var format = peer is not null && peer.ToJpeg(folder) ? "JPEG" : "PNG";
        var codec = ImageCodecs.Default;
        var work = new Case
        {
            Name = $"{count} {format} files of 500x375 to 224x224 ({codec.Name} {codec.Version})", Kind = "images", Batch = count,
            Folder = folder
        };
        return new Entry(work, () => new ImageWork(folder, options.Threads));
    }
}

/// <summary>A case, what opens our side of it, and what stands beside it where that is not the peer.</summary>
/// <param name="Case">The case.</param>
/// <param name="Open">Opens our side.</param>
internal sealed record Entry(Case Case, Func<IWork> Open)
{
    /// <summary>Gets what stands beside it; null for the peer.</summary>
    public IRival? Rival { get; init; }
}
