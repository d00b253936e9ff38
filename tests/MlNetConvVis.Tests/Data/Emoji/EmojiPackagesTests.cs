using MlNetConvVis.Data;
using MlNetConvVis.Data.Emoji;

namespace MlNetConvVis.Tests.Data.Emoji;

/// <summary>Changes the PATH of this process, so it runs beside no other test.</summary>
[Collection(nameof(EmojiPackagesTests)), CollectionDefinition(DisableParallelization = true)]
public sealed class EmojiPackagesTests
{
    [Fact]
    public void Without_npm_the_error_says_what_to_install_and_nothing_stays()
    {
        using var folder = new TemporaryFolder();
        var (path, packages) = (Environment.GetEnvironmentVariable("PATH"), Path.Combine(folder.Path, "packages"));
        Environment.SetEnvironmentVariable("PATH", folder.Path);
        try
        {
            var error = Assert.Throws<DataException>(() => EmojiPackages.Install(packages, TestContext.Current.CancellationToken));
            Assert.Contains("Node.js", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void When_npm_fails_its_words_are_passed_on_and_nothing_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for npm is a shell script");
        using var folder = new TemporaryFolder();
        var bin = Directory.CreateDirectory(Path.Combine(folder.Path, "bin")).FullName;
        File.WriteAllText(Path.Combine(bin, "npm"), "#!/bin/sh\necho 'npm error code ENOSPC' >&2\nexit 228\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(bin, "npm"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", bin + Path.PathSeparator + path);
        try
        {
            var error = Assert.Throws<DataException>(() => EmojiPackages.Install(Path.Combine(folder.Path, "packages"), TestContext.Current.CancellationToken));
            Assert.Contains("ENOSPC", error.Message, StringComparison.Ordinal);
            Assert.Contains("228", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }

        Assert.Equal([bin], Directory.GetFileSystemEntries(folder.Path));
    }
}
