using System.CommandLine;
using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>What a network is fed: photos, or a tensor as it is.</summary>
internal sealed class InputOptions(ValueOption photos)
{
    private readonly ValueOption _tensor = new(
        "--tensor", "X.npy", "a .npy file of float32, of the model's input shape",
        "in place of photos: an array that goes into the network as it is");

    public IEnumerable<Option> All => [photos, _tensor];

    public static ValueOption Images => new("--images", "PATH", "a folder of photos, a list of photos, or a photo",
        "photos: a folder (with a folder for each class, or without), a text file with one path a line, or one file");

    public static ValueOption Image => new("--image", "FILE", "a photo", "the photo");

    /// <summary>Gets which of the two was given.</summary>
    public (string? Photos, string? Tensor) Given(Arguments given) => (given.Text(photos), given.Text(_tensor)) switch
    {
        (null, null) => throw new UsageException($"{photos.Name} is missing; {photos.Wanted} was wanted, or --tensor with a .npy file."),
        (not null, not null) => throw new UsageException($"{photos.Name} and --tensor were both given; one of them was wanted."),
        var one => one,
    };
}
