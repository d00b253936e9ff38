using System.Text.Json.Nodes;
using MlNetConvVis.Setup;

namespace MlNetConvVis.Tests.Setup;

public class LockFileTests
{
    private static readonly Repository s_repository = Repository.Around(AppContext.BaseDirectory);

    [Fact]
    public void Every_npm_package_is_pinned_by_a_hash_and_by_no_address()
    {
        var entries = JsonNode.Parse(File.ReadAllText(s_repository.NpmLock))!["packages"]!.AsObject().Where(entry => entry.Key.Length > 0).ToArray();
        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.StartsWith("sha512-", entry.Value!["integrity"]?.GetValue<string>()));
        Assert.All(entries, entry => Assert.Null(entry.Value!["resolved"]));
    }

    [Fact]
    public void What_every_platform_takes_from_npm_is_in_the_manifest()
    {
        var npm = new NpmPackages(s_repository);
        string[] names = [NativePlatform.OnnxRuntimePackage, NativePlatform.OnnxRuntimeCudaPackage, NativePlatform.Current.LibvipsPackage!];
        Assert.All(names, name => Assert.Matches(@"^\d+\.\d+\.\d+$", npm.VersionOf(name)));
    }
}
