using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.MLNet.Images;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.MLNet.Training;

/// <summary>Trains a convolutional network from a spec on images that a column names, as an ML.NET trainer.</summary>
public sealed class ConvNetImageTrainer : IEstimator<ConvNetModel>
{
    private const string PixelsColumn = "convvis.image";
    private const string LogitsColumn = "convvis.logits";

    private readonly MulticlassClassificationCatalog.MulticlassClassificationTrainers _catalog;
    private readonly NetworkSpec _spec;
    private readonly ImagePreprocessing _preprocessing;
    private readonly string _label;
    private readonly WantedColumn _image;
    private readonly ConvNetTrainingOptions _options;

    internal ConvNetImageTrainer(
        MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NetworkSpec spec, string label, string image, ConvNetTrainingOptions options)
    {
        (_catalog, _spec, _label, _options) = (catalog, spec, label, options);
        _image = new WantedColumn(image, TextDataViewType.Instance, null, "It holds the paths of image files, such as a column of string.");
        _preprocessing = spec.Preprocessing ?? throw new ArgumentException(
            $"Network '{spec.Name}' does not say how pictures become its input. Add 'preprocessing' to the spec.", nameof(spec));
    }

    /// <summary>Reads the images, trains, and gives the network.</summary>
    /// <param name="input">The data, with a key as label and a text with an image's path. Rows without a label are left out.</param>
    /// <returns>The trained network as a transformer; it holds native memory until it is disposed of.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ImageDecodeException">A file is no image; the message names it.</exception>
    /// <exception cref="TrainingException">Network and images do not fit.</exception>
    public ConvNetModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var label = LabelColumn.Of(input.Schema, _label);
        _image.Check(input.Schema);
        var set = Read(input, label);
        var settings = ContextEnvironment.Settings(_catalog);
        var recipe = _options.Recipe with { Device = settings.Device };
        var result = new ConvNetTrainer(_spec.Compile(set.Classes.Count, _options.Seed), set, recipe, _options.Engine)
            .Train(_options.Folder, _options.Resume, _options.Progress);
        return new ConvNetModel(Chain(input, result, label), result);
    }

    /// <summary>Says which columns the data will have.</summary>
    /// <param name="inputSchema">The columns it has.</param>
    /// <returns>Those, and <c>PredictedLabel</c> and <c>Score</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _label);
        _image.Check(inputSchema);
        // what a trainer of ML.NET's own promises, behind images whose shape is promised by the transforms
        var ml = Transforms();
        var pixels = ImageFiles.Estimator(ml, PixelsColumn, _image.Name, new PhotoFolder(_preprocessing, _options.ImageFolder), 1)
            .GetOutputSchema(inputSchema);
        return ml.DropColumns(PixelsColumn).GetOutputSchema(_catalog.LbfgsMaximumEntropy(_label, PixelsColumn).GetOutputSchema(pixels));
    }

    private TransformsCatalog Transforms() => ContextEnvironment.New<TransformsCatalog>(
        [typeof(Microsoft.ML.Runtime.IHostEnvironment)], ContextEnvironment.Of(_catalog));

    private TrainingSet Read(IDataView input, LabelColumn label)
    {
        var (images, column) = (new List<LabelledImage>(), input.Schema[_image.Name]);
        using (var cursor = input.GetRowCursor([label.Column, column]))
        {
            var (readLabel, readFile) = (cursor.GetGetter<uint>(label.Column), cursor.GetGetter<ReadOnlyMemory<char>>(column));
            var settings = new PhotoFolder(_preprocessing, _options.ImageFolder);
            (uint key, ReadOnlyMemory<char> file) = (0, default);
            while (cursor.MoveNext())
            {
                readLabel(ref key);
                readFile(ref file);
                if (key > 0) images.Add(new LabelledImage(settings.PathOf(file.ToString()), (int)key - 1));
            }
        }

        bool Validates(int row) => _options.ValidateEvery > 0 && row % _options.ValidateEvery == _options.ValidateEvery - 1;
        var (all, rows) = (new ImageSet(label.ClassNames, images), Enumerable.Range(0, images.Count));
        return TrainingSet.Load(
            all.Subset(rows.Where(r => !Validates(r))), all.Subset(rows.Where(Validates)), _preprocessing, new ImageLoaderOptions { Strict = true });
    }

    /// <summary>Images, the network up to its logits, ML.NET's softmax with its annotations, and nothing of what is in between.</summary>
    private TransformerChain<ITransformer> Chain(IDataView input, TrainingResult result, LabelColumn label)
    {
        var ml = Transforms();
        var net = new ConvNet(result.Network);
        var last = net.Graph.Outputs[0].Name;
        var logits = net.Graph.ProducerOf(last) is { OpType: "Softmax" } softmax ? softmax.Inputs[0] : last;
        var front = ml.LoadConvNetImages(PixelsColumn, _image.Name, net, _options.ImageFolder)
            .Append(ml.ExtractConvFeatures(LogitsColumn, PixelsColumn, net, logits)).Fit(input);
        var head = SoftmaxModels.Of(
            ContextEnvironment.Of(_catalog), SoftmaxModels.Identity(label.ClassNames), front.GetOutputSchema(input.Schema), _label, LogitsColumn);
        var drop = ml.DropColumns(PixelsColumn, LogitsColumn).Fit(head.Transform(front.Transform(input)));
        return new TransformerChain<ITransformer>(front, head, drop);
    }
}
