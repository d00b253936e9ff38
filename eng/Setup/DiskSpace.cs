namespace MlNetConvVis.Setup;

/// <summary>Room on the disk that the checkout lies on.</summary>
internal static class DiskSpace
{
    /// <summary>What the npm packages take while they are unpacked and their kept parts are moved, in bytes.</summary>
    public const long ForOnnxRuntime = 450L << 20;

    /// <summary>Asks for room before anything is fetched.</summary>
    /// <exception cref="SetupException">There is too little.</exception>
    public static void Require(long bytes, string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
            throw new SetupException($"not enough disk space at '{folder}': {free >> 20} MB free, set-up takes {bytes >> 20} MB while it works; free some and run again");
    }

    /// <summary>Whether a write failed for want of room: ENOSPC on Unix, ERROR_DISK_FULL on Windows.</summary>
    public static bool IsExhausted(IOException failure) => (failure.HResult & 0xFFFF) is 28 or 112;

    /// <summary>The message when the room ran out on the way.</summary>
    public static string Exhausted(string what) =>
        $"{what}: no space left on the disk of this checkout, of npm's cache ('npm config get cache') or of NuGet's packages "
        + "('dotnet nuget locals all --list'); free some and run again";
}
