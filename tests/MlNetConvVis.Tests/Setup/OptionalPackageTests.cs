using MlNetConvVis.Setup;

namespace MlNetConvVis.Tests.Setup;

public class OptionalPackageTests
{
    [Theory]
    [InlineData("", "linux-x64", false, true)]
    [InlineData("linux x64 nvidia", "linux-x64", true, true)]
    [InlineData("linux x64 nvidia", "linux-x64", false, false)]
    [InlineData("linux x64 nvidia", "linux-arm64", true, false)]
    [InlineData("no-osx", "osx-arm64", false, false)]
    [InlineData("no-osx", "win-x64", false, true)]
    public void A_package_is_wanted_where_all_its_words_hold(string words, string rid, bool nvidia, bool wanted)
    {
        var package = new OptionalPackage("P", words.Split(' ', StringSplitOptions.RemoveEmptyEntries), [], Large: false);
        Assert.Equal(wanted, package.WhyNotWanted(new NativePlatform(rid, null, null), new NvidiaDevice(nvidia, "seen")) is null);
    }

    [Fact]
    public void The_versions_file_names_packages_to_stand_in_for_optional_ones_only()
    {
        var packages = OptionalPackage.ReadAll(Repository.Around(AppContext.BaseDirectory).PackageVersions);
        var ids = packages.Select(package => package.Id).ToArray();
        Assert.Contains("Microsoft.ML.OnnxTransformer", ids);
        Assert.All(packages.SelectMany(package => package.InsteadOf), other => Assert.Contains(other, ids));
    }
}
