using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Training;

/// <summary>What stands where a moved picture left its place.</summary>
public enum FillMode
{
    /// <summary>The picture mirrored at its edge, the edge itself not repeated.</summary>
    Reflect,

    /// <summary>The nearest pixel of the edge.</summary>
    Edge,

    /// <summary>One colour: <see cref="Augmentation.Background"/>.</summary>
    Background,
}

/// <summary>How training pictures are varied. What becomes of a picture depends on seed, epoch and its place in the set alone.</summary>
public sealed record Augmentation
{
    /// <summary>Gets no augmentation at all.</summary>
    public static Augmentation None { get; } = new() { Flip = false, Shift = 0, CentreCrop = true };

    /// <summary>Gets whether half of the pictures are mirrored left to right.</summary>
    /// <value>The default is true.</value>
    public bool Flip { get; init; } = true;

    /// <summary>Gets whether the crop is always that in the middle. Otherwise, where preprocessing has a canvas larger than the input, it lies anywhere in
    /// the canvas, each place equally likely.</summary>
    /// <value>The default is false.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CentreCrop { get; init; }

    /// <summary>Gets how far pictures move along each axis, in whole pixels: evenly from -Shift to Shift.</summary>
    /// <value>The default is 4.</value>
    [Range(0, 1024)]
    public int Shift { get; init; } = 4;

    /// <summary>Gets how much pictures grow or shrink: by a factor from 1 - Scale to 1 + Scale.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.9)]
    public float Scale { get; init; }

    /// <summary>Gets how far pictures turn, in degrees: evenly from -Rotation to Rotation.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 180)]
    public float Rotation { get; init; }

    /// <summary>Gets how much brightness changes: all channels by one amount from -255 * Brightness to 255 * Brightness.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1)]
    public float Brightness { get; init; }

    /// <summary>Gets how much contrast changes: the distance from middle grey by a factor from 1 - Contrast to 1 + Contrast.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1)]
    public float Contrast { get; init; }

    /// <summary>Gets how much colours mix: each channel becomes a weighted mean of all three with the weights I + U(-ColourMix, ColourMix), their sum kept at
    /// 1, so greys stay.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 0.3)]
    public float ColourMix { get; init; }

    /// <summary>Gets how brightness, contrast and saturation change, as in torchvision; after all other changes.</summary>
    /// <value>The default is null: not at all.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ColourJitter? Jitter { get; init; }

    /// <summary>Gets what stands where a moved picture left its place.</summary>
    /// <value>The default is <see cref="FillMode.Reflect"/>.</value>
    public FillMode Fill { get; init; } = FillMode.Reflect;

    /// <summary>Gets the colour of <see cref="FillMode.Background"/>.</summary>
    /// <value>The default is white.</value>
    public Rgb Background { get; init; } = Rgb.White;

    internal bool IsWarp => Scale > 0 || Rotation > 0;

    internal bool ChangesColour => Brightness > 0 || Contrast > 0 || ColourMix > 0;
}
