namespace MlNetConvVis.Transfer.Numerics;

/// <summary>Work cut into blocks whose borders never depend on the number of threads, so that neither does any sum.</summary>
internal static class FixedBlocks
{
    /// <summary>Runs every block once, in any order, on at most <paramref name="threads"/> threads.</summary>
    public static void Run(int blocks, int threads, Action<int> run)
    {
        if (blocks <= 1 || threads <= 1)
        {
            for (var block = 0; block < blocks; block++) run(block);
            return;
        }
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, run);
    }

    /// <summary>Gets how many blocks of <paramref name="size"/> cover <paramref name="length"/>.</summary>
    public static int Count(int length, int size) => (length + size - 1) / size;
}
