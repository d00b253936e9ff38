namespace MlNetConvVis.Setup;

/// <summary>The whole set-up: look, install what is missing, write down what was found.</summary>
internal sealed class SetupRun(Repository repository, TextWriter log)
{
    /// <summary>Sets up, or does nothing when that was done and nothing it depends on has changed.</summary>
    /// <param name="again">Looks again even so.</param>
    /// <exception cref="SetupException">Something is missing that a person must see to; nothing was changed.</exception>
    public World Run(bool again)
    {
        using var ours = WorldLock.Take(repository);
        var nvidia = NvidiaDevice.Look();
        var inputs = WorldInputs.Digest(repository, nvidia);
        if (!again && World.Read(repository.WorldJson) is { } known && known.Inputs == inputs && IsComplete(known))
        {
            File.SetLastWriteTimeUtc(repository.WorldJson, DateTime.UtcNow);
            return known;
        }

        RemoveLeftovers();
        var workFolder = Path.Combine(repository.World, $"work-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(workFolder);
            return Install(inputs, nvidia, workFolder);
        }
        catch (IOException failure) when (DiskSpace.IsExhausted(failure))
        {
            throw new SetupException(DiskSpace.Exhausted("set-up could not write its files"));
        }
        finally
        {
            RemoveFolder(workFolder);
        }
    }

    private World Install(string inputs, NvidiaDevice nvidia, string workFolder)
    {
        log.WriteLine("set-up: asking the package sources what they serve");
        var served = new PackageSurvey(repository, NativePlatform.Current, nvidia).Make(workFolder);
        var choice = OnnxRuntimeChoice.Make(served, NativePlatform.Current, nvidia, WorldInputs.NpmAsked);
        var packages = choice.Narrow(served);
        var native = new NativeInstall(repository, NativePlatform.Current, nvidia, packages, log);
        native.Fetch(choice, workFolder);
        var world = new World
        {
            Inputs = inputs,
            Platform = NativePlatform.Current.Rid,
            NvidiaDevice = nvidia.Present,
            NvidiaEvidence = nvidia.Evidence,
            PackageSource = WorldInputs.PackageSource,
            OnnxRuntime = native.OnnxRuntime,
            OnnxRuntimeCuda = native.OnnxRuntimeCuda,
            Libvips = native.Libvips,
            Packages = packages,
        };
        Replace(repository.OnnxRuntime, native.OnnxRuntimeFolder, workFolder);
        Replace(repository.Libvips, native.LibvipsFolder, workFolder);
        world.Write(repository);
        new WorldSummary(world).Write(log);
        return world;
    }

    private bool IsComplete(World world) =>
        File.Exists(repository.WorldProps)
        && (world.OnnxRuntime.From != "npm" || Directory.Exists(repository.OnnxRuntime))
        && (world.Libvips.From != "npm" || Directory.Exists(repository.Libvips))
        && !(world.Libvips.Reason.StartsWith(NativeInstall.NpmMissing, StringComparison.Ordinal) && NpmPackages.IsAvailable);

    /// <summary>What a set-up that was killed has left; what a program it had started still writes to goes the next time.</summary>
    private void RemoveLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(repository.World, "work-*"))
        {
            try
            {
                RemoveFolder(folder);
            }
            catch (IOException)
            {
                log.WriteLine($"set-up: '{folder}' is still in use; left where it is");
            }
        }
    }

    /// <summary>Puts a finished folder in the place of an older one; null only takes the older one away.</summary>
    private static void Replace(string place, string? finished, string workFolder)
    {
        if (Directory.Exists(place))
            Directory.Move(place, Path.Combine(workFolder, "old-" + Path.GetFileName(place)));
        if (finished is not null)
            Directory.Move(finished, place);
    }

    private static void RemoveFolder(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
