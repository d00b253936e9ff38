namespace MlNetConvVis.Setup;

/// <summary>Keeps two set-ups of one checkout from working at the same time: a build starts one for each project.</summary>
internal sealed class WorldLock : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private WorldLock(FileStream file) => _file = file;

    public static WorldLock Take(Repository repository, string name = "lock")
    {
        Directory.CreateDirectory(repository.World);
        var path = Path.Combine(repository.World, name);
        for (var told = false; ; Thread.Sleep(s_pause))
        {
            try
            {
                return new WorldLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                    Console.Error.WriteLine("set-up: another one is at work, waiting for it");
                told = true;
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
