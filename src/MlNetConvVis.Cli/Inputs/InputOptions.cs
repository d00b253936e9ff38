using System.CommandLine;
using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>What a network is fed: photos, or a tensor as it is.</summary>
internal sealed class InputOptions(params IReadOnlyList<ValueOption> photos)
{
    private readonly ValueOption _tensor = new(
        "--tensor", "X.npy", "a .npy file of float32, of the model's input shape",
        "in place of photos: an array that goes into the network as it is");

    public IEnumerable<Option> All => [.. photos, _tensor];

    public static ValueOption Images => new("--images", "PATH", "a folder of photos, a list of photos, or a photo",
        "photos: a folder (with a folder for each class, or without), a text file with one path a line, or one file");

    public static ValueOption Image => new("--image", "FILE", "a photo", "the photo");

    public bool HasTensor(Arguments given) => given.Has(_tensor);

    private string Photos(ValueOption option, string path) => option.Name != "--image" || !Directory.Exists(path) ? path
        : throw new UsageException($"--image is '{path}', which is a folder; a photo was wanted" +
            (photos.Any(static p => p.Name == "--images") ? $". For all photos of a folder give --images '{path}'." : "."));

    /// <summary>Gets which one was given.</summary>
    public (string? Photos, string? Tensor) Given(Arguments given)
    {
        var named = photos.Append(_tensor).Where(given.Has).ToArray();
        return named switch
        {
            [] => throw new UsageException($"{photos[0].Name} is missing; {photos[0].Wanted} was wanted, or --tensor with a .npy file."),
            [var one] => one == _tensor ? (null, given.Text(one)) : (Photos(one, given.Text(one)!), null),
            [var one, var other, ..] => throw new UsageException($"{one.Name} and {other.Name} were both given; one of them was wanted."),
        };
    }
}
