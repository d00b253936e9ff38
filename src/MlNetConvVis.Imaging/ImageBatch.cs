namespace MlNetConvVis.Imaging;

/// <summary>What came of loading some files.</summary>
/// <param name="Loaded">Places, among the files asked for, of those that lie in the buffer, in order: the i-th picture there is file
/// Loaded[i].</param>
/// <param name="Broken">The files that were skipped, in order.</param>
public sealed record ImageBatch(IReadOnlyList<int> Loaded, IReadOnlyList<BrokenImage> Broken)
{
    /// <summary>Gets how many pictures lie in the buffer.</summary>
    public int Count => Loaded.Count;
}
