using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Layers;

/// <summary>A convolution: [N, C, H, W] to [N, filters, H', W'].</summary>
public sealed record ConvLayer : LayerSpec
{
    /// <summary>Gets the number of filters, which is that of the maps that go out.</summary>
    public required LayerWidth Filters { get; init; }

    /// <summary>Gets how the filters move.</summary>
    public required WindowSpec Window { get; init; }

    /// <summary>Gets into how many groups the maps are divided; a filter sees only those of its group.</summary>
    /// <value>The default is 1: every filter sees all maps.</value>
    public int Groups { get; init; } = 1;

    /// <summary>Gets whether each map has a bias.</summary>
    /// <value>The default is null: it has one unless batch normalisation follows, which would take it away again.</value>
    public bool? HasBias { get; init; }

    /// <summary>Gets how the filters start.</summary>
    /// <value>The default is null: as the spec says.</value>
    public WeightInit? Init { get; init; }

    /// <summary>Gets what follows the convolution.</summary>
    /// <value>The default is nothing.</value>
    public LayerFinish Finish { get; init; } = LayerFinish.None;

    internal static LayerType Type { get; } = new(
        ["filters", "kernel", "stride", "pad", "dilation", "groups", "bias", "init", .. LayerValues.FinishKeys],
        static (name, map) => new ConvLayer
        {
            Name = name,
            Filters = LayerValues.Width(map["filters"]),
            Window = LayerValues.Window(map, Extent.One),
            Groups = map.Int("groups", 1, least: 1),
            HasBias = map.Find("bias")?.AsBool(),
            Init = map.Find("init") is { } init ? LayerValues.Init(init) : null,
            Finish = LayerValues.Finish(map),
        });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        var input = compiler.MapsOf(inputs[0]);
        var (channels, filters) = (input.Known(1), compiler.Count(Filters));
        if (channels % Groups != 0 || filters % Groups != 0)
            throw new GraphException($"{channels} maps and {filters} filters cannot be divided into {Groups} groups; both must be multiples of it.");
        var (seen, area) = (channels / Groups, (long)Window.Kernel.Height * Window.Kernel.Width);
        List<string> operands =
        [
            inputs[0],
            compiler.Weights(Name, [filters, seen, .. Window.Kernel.ToLongs()], seen * area, filters / Groups * area, Init),
        ];
        if (HasBias ?? !Finish.IsNormalized) operands.Add(compiler.Bias(Name, filters));
        var attributes = Window.ToAttributes(input);
        var sum = compiler.Node(
            Finish.KeepsValue ? Name : $"{Name}/conv", "Conv", operands, Groups == 1 ? attributes : attributes.With("group", (long)Groups));
        return Finish.Compile(compiler, Name, sum);
    }
}
