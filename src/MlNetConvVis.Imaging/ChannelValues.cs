using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetConvVis.Imaging;

/// <summary>One number for each channel of a tensor, in the tensor's order; in JSON an array of three.</summary>
/// <param name="C0">For channel 0.</param>
/// <param name="C1">For channel 1.</param>
/// <param name="C2">For channel 2.</param>
[JsonConverter(typeof(JsonForm))]
public readonly record struct ChannelValues(float C0, float C1, float C2)
{
    /// <summary>Makes the same number for every channel.</summary>
    /// <param name="value">That number.</param>
    public ChannelValues(float value)
        : this(value, value, value)
    {
    }

    /// <summary>Gets a channel's number.</summary>
    /// <param name="channel">0, 1 or 2.</param>
    public float this[int channel] => channel switch
    {
        0 => C0,
        1 => C1,
        2 => C2,
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "A picture has the channels 0, 1 and 2."),
    };

    private sealed class JsonForm : JsonConverter<ChannelValues>
    {
        public override ChannelValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<float[]>(ref reader, options) is [var c0, var c1, var c2]
                ? new ChannelValues(c0, c1, c2)
                : throw new JsonException("An array of three numbers, one a channel, is wanted.");

        public override void Write(Utf8JsonWriter writer, ChannelValues value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, (float[])[value.C0, value.C1, value.C2], options);
    }
}
