using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetConvVis.Imaging;

/// <summary>The mean of many pictures of one size, pixel by pixel: what Krizhevsky et al. (2012) and Zeiler and Fergus (2013) take off every picture.
/// Immutable; equal when all values are. In JSON: width, height, and the values as little-endian float32 in base64.</summary>
[JsonConverter(typeof(PixelMeanJson))]
public sealed class PixelMean : IEquatable<PixelMean>
{
    private readonly float[] _values;

    /// <summary>Takes over a mean.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="values">Red plane, green plane, blue plane, each row by row, 0 to 255; the caller must not write to it afterwards.</param>
    /// <exception cref="ArgumentException">The length does not fit the size, or a value is no number from 0 to 255.</exception>
    public PixelMean(int width, int height, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (values.LongLength != 3L * width * height)
            throw new ArgumentException($"{values.LongLength} values came for a mean of {width}x{height}; {3L * width * height} are wanted.", nameof(values));
        if (values.Any(static v => !(v >= 0 && v <= 255))) throw new ArgumentException("A mean of pixels lies from 0 to 255.", nameof(values));
        (Width, Height, _values) = (width, height, values);
    }

    /// <summary>Gets the columns.</summary>
    public int Width { get; }

    /// <summary>Gets the rows.</summary>
    public int Height { get; }

    /// <summary>Gets the values: red plane, green plane, blue plane, each row by row, 0 to 255.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Gets one colour's values, row by row.</summary>
    /// <param name="colour">0 red, 1 green, 2 blue.</param>
    public ReadOnlySpan<float> Plane(int colour) => _values.AsSpan(colour * Width * Height, Width * Height);

    /// <summary>Works out the mean of pictures. Sums are whole numbers, so their order does not matter, and the result is the same on every machine.</summary>
    /// <param name="pictures">Pictures of one size, at least one.</param>
    /// <exception cref="ArgumentException">There are none, or their sizes differ.</exception>
    public static PixelMean Of(IEnumerable<RgbImage> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        PixelMeanSums? sums = null;
        foreach (var picture in pictures) (sums ??= new PixelMeanSums(picture.Width, picture.Height)).Add(picture);
        return sums?.ToMean() ?? throw new ArgumentException("The mean of no pictures was asked for; at least one is wanted.", nameof(pictures));
    }

    /// <inheritdoc/>
    public bool Equals(PixelMean? other) => other is not null && Width == other.Width && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PixelMean);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, _values[0], _values[^1]);

    /// <inheritdoc/>
    public override string ToString() => $"mean of {Width}x{Height}";

    private sealed class PixelMeanJson : JsonConverter<PixelMean>
    {
        public override PixelMean Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("width", out var width) || !root.TryGetProperty("height", out var height)
                || !root.TryGetProperty("float32", out var values) || !values.TryGetBytesFromBase64(out var bytes) || bytes.Length % 4 != 0)
            {
                throw new JsonException("A mean image is {\"width\": columns, \"height\": rows, \"float32\": base64}.");
            }

            return new PixelMean(width.GetInt32(), height.GetInt32(), MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }

        public override void Write(Utf8JsonWriter writer, PixelMean value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("width", value.Width);
            writer.WriteNumber("height", value.Height);
            writer.WriteBase64String("float32", MemoryMarshal.AsBytes(value.Values));
            writer.WriteEndObject();
        }
    }
}
