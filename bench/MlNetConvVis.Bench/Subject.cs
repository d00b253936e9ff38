using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Bench;

/// <summary>A network that both sides run, with images; its weights and the images lie in the shared folder.</summary>
internal sealed class Subject
{
    private const long WeightSeed = 1;
    private const ulong ImageSeed = 2;

    private readonly string _folder;

    /// <summary>Compiles a spec of models/ and writes weights and images to the shared folder.</summary>
    /// <param name="shared">The shared folder.</param>
    /// <param name="name">The spec's name.</param>
    /// <param name="batch">How many images.</param>
    /// <param name="amplitude">Images are noise between minus and plus this, about what the spec's preprocessing makes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="last">The layer behind which the network is cut off; null for the whole.</param>
    public Subject(string shared, string name, int batch, float amplitude, int classes, string? last = null)
    {
        var spec = NetworkSpec.Read(Path.Combine(AppContext.BaseDirectory, "models", $"{name}.yaml"));
        if (last is not null)
            spec = spec with { Classes = null, Layers = [.. spec.Layers.Take(1 + spec.Layers.ToList().FindIndex(l => l.Name == last))] };
        (Name, Batch, Classes, _folder) = (name, batch, classes, Path.Combine(shared, name));
        Network = spec.Compile(last is null ? classes : null, WeightSeed);      // cut off, no layer counts classes
        Net = new ConvNet(Network.Graph);
        Images = Noise(batch * spec.Input.Channels * spec.Input.Height * spec.Input.Width, amplitude);
        Write(Path.Combine(shared, name, "image.npy"), Images, [batch, spec.Input.Channels, spec.Input.Height, spec.Input.Width]);
        foreach (var layer in Network.Layers)
        {
            if (Network.Graph.Initializers.TryGetValue($"{layer}/weights", out var weights))
                Write(Path.Combine(shared, name, $"{layer}.weights.npy"), weights.Floats, [.. weights.Dims.Select(static d => (int)d)]);
        }
    }

    /// <summary>Gets the spec's name.</summary>
    public string Name { get; }

    /// <summary>Gets the number of images.</summary>
    public int Batch { get; }

    /// <summary>Gets the number of classes.</summary>
    public int Classes { get; }

    /// <summary>Gets the compiled network.</summary>
    public CompiledNetwork Network { get; }

    /// <summary>Gets the network as features are computed with it.</summary>
    public ConvNet Net { get; }

    /// <summary>Gets the images, [N, C, H, W].</summary>
    public float[] Images { get; }

    /// <summary>Draws photos of noise, a byte a value, [photos, C, H, W], for both sides.</summary>
    /// <param name="photos">Receives them.</param>
    /// <param name="seed">Decides them.</param>
    public void WritePhotos(Span<byte> photos, ulong seed)
    {
        var random = new SplitMix64(seed);
        for (var i = 0; i < photos.Length; i++) photos[i] = (byte)(random.Next() >> 56);
        using var file = File.Create(Path.Combine(_folder, "photos.bin"));
        file.Write(photos);
    }

    private static float[] Noise(int length, float amplitude)
    {
        var random = new SplitMix64(ImageSeed);
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = amplitude * (((random.Next() >> 40) / (float)(1 << 23)) - 1);
        return values;
    }

    private static void Write(string file, ReadOnlySpan<float> values, int[] shape)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        NpyFile.Write(file, values, shape);
    }
}
