using System.Globalization;
using MlNetConvVis.Data.Trees;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data.Layouts;

/// <summary>A file of records of equal length, each with the bare pixels of one image. All bytes stay in memory: they are the pixels.</summary>
/// <param name="Tree">Where the file lies.</param>
/// <param name="File">Its name there.</param>
/// <param name="Bytes">What is in it, decompressed.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Channels">1 (grey) or 3 planes (red, green, blue), row by row.</param>
internal sealed record RecordFile(FileTree Tree, string File, byte[] Bytes, int Width, int Height, int Channels)
{
    public string Name { get; } = Tree.NameOf(File);

    /// <summary>Makes an image of a record, without copying its pixels.</summary>
    /// <param name="index">Which record, for the name.</param>
    /// <param name="offset">Where its pixels begin.</param>
    public ImageSource Image(int index, int offset) => new RecordImage(this, index, offset);

    private sealed record RecordImage(RecordFile Records, int Index, int Offset)
        : ImageSource(string.Create(CultureInfo.InvariantCulture, $"{Records.Name}#{Index}"))
    {
        public override RgbImage Read(DecodeOptions? options, IImageCodec? codec)
        {
            var (plane, next) = (Records.Width * Records.Height, Records.Channels == 1 ? 0 : Records.Width * Records.Height);
            var source = Records.Bytes.AsSpan(Offset, Records.Channels * plane);
            var pixels = new byte[3 * plane];
            for (var i = 0; i < plane; i++)
                (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (source[i], source[i + next], source[i + next + next]);
            return new RgbImage(Records.Width, Records.Height, pixels);
        }

        public override string Stamp() => $"{Name} {Records.Tree.Stamp(Records.File)}";

        public bool Equals(RecordImage? other) => other is not null && Name == other.Name;

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    }
}
