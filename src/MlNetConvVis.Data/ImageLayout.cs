using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data;

/// <summary>A way in which data sets lay out their files.</summary>
public sealed class ImageLayout
{
    internal ImageLayout(string name, string looks, Func<FileTree, ImageSetOptions, bool> matches, Func<FileTree, ImageSetOptions, ImageDataSet> read) =>
        (Name, Looks, Matches, Read) = (name, looks, matches, read);

    /// <summary>Gets the name by which it can be asked for.</summary>
    public string Name { get; }

    /// <summary>Gets which files make it up.</summary>
    public string Looks { get; }

    /// <summary>Says whether a folder looks like it: by what no other layout has, so that partial data are named and not taken for something else.</summary>
    internal Func<FileTree, ImageSetOptions, bool> Matches { get; }

    /// <summary>Reads a folder, or says what is missing.</summary>
    internal Func<FileTree, ImageSetOptions, ImageDataSet> Read { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
