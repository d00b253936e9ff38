namespace MlNetConvVis.Data.Emoji;

/// <summary>One picture of the emoji data set.</summary>
/// <param name="File">Path relative to the data set's folder, with forward slashes.</param>
/// <param name="Class">Unicode's subgroup, the class.</param>
/// <param name="Domain"><c>source</c>: a class to train on; <c>target</c>: a class set apart for transfer.</param>
/// <param name="Symbol">What is drawn; pictures of one symbol belong on the same side of a split.</param>
/// <param name="Artist">Who drew it.</param>
/// <param name="Split"><c>test</c> for the artist held out, <c>train</c> for the others.</param>
public sealed record EmojiPicture(string File, string Class, string Domain, string Symbol, string Artist, string Split)
{
    /// <summary>The <see cref="Domain"/> of classes to train on.</summary>
    public const string Source = "source";

    /// <summary>The <see cref="Domain"/> of classes set apart for transfer.</summary>
    public const string Target = "target";

    /// <summary>The <see cref="Split"/> of pictures to train on.</summary>
    public const string Train = "train";

    /// <summary>The <see cref="Split"/> of the artist held out.</summary>
    public const string Test = "test";
}
