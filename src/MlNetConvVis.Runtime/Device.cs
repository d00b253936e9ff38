using System.Globalization;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime;

/// <summary>Which kind of device computes.</summary>
public enum DeviceKind
{
    /// <summary>CUDA where it works, else the processor, with a note.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA device; an error where there is none.</summary>
    Cuda,
}

/// <summary>A device, as users name it: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Index">Which of several CUDA devices.</param>
public readonly record struct Device(DeviceKind Kind, int Index = 0)
{
    /// <summary>Gets CUDA where it works, else the processor.</summary>
    public static Device Auto { get; } = new(DeviceKind.Auto);

    /// <summary>Gets the processor.</summary>
    public static Device Cpu { get; } = new(DeviceKind.Cpu);

    /// <summary>Reads a device's name.</summary>
    /// <param name="text">The name.</param>
    /// <returns>The device.</returns>
    /// <exception cref="GraphException">The text names none.</exception>
    public static Device Parse(string text) => text switch
    {
        "auto" => Auto,
        "cpu" => Cpu,
        "cuda" => new Device(DeviceKind.Cuda),
        not null when text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new Device(DeviceKind.Cuda, index),
        _ => throw new GraphException($"Device '{text}' is unknown; auto, cpu, cuda or cuda:N was wanted."),
    };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DeviceKind.Auto => "auto",
        DeviceKind.Cpu => "cpu",
        _ => $"cuda:{Index.ToString(CultureInfo.InvariantCulture)}",
    };
}
