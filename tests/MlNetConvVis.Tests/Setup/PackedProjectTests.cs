using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using MlNetConvVis.Tests.Pipelines;

namespace MlNetConvVis.Tests.Setup;

public sealed class PackedProjectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_package_has_what_its_reader_looks_for_and_names_what_it_needs()
    {
        Pack("MlNetConvVis.Features");
        using var package = ZipFile.OpenRead(Path.Combine(_folder.Path, "MlNetConvVis.Features.0.1.0.nupkg"));
        var files = package.Entries.Select(static e => e.FullName).ToHashSet();
        Assert.Superset((HashSet<string>)["README.md", "icon.png", "lib/net10.0/MlNetConvVis.Features.dll", "lib/net10.0/MlNetConvVis.Features.xml"], files);
        using var nuspec = package.GetEntry("MlNetConvVis.Features.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().First().Elements().ToLookup(static e => e.Name.LocalName);
        Assert.Equal("MIT", metadata["license"].Single().Value);
        Assert.Equal("icon.png", metadata["icon"].Single().Value);
        Assert.Equal("README.md", metadata["readme"].Single().Value);
        Assert.NotEqual("Package Description", metadata["description"].Single().Value);
        var needed = metadata["dependencies"].Descendants().Select(static e => (string?)e.Attribute("id")).OfType<string>().ToHashSet();
        Assert.Superset((HashSet<string>)["MlNetConvVis.Imaging", "MlNetConvVis.Runtime", "MlNetConvVis.Specs"], needed);
        Assert.DoesNotContain(needed, static id => id.Contains("Tests", StringComparison.Ordinal));

        using var symbols = ZipFile.OpenRead(Path.Combine(_folder.Path, "MlNetConvVis.Features.0.1.0.snupkg"));
        Assert.Contains(symbols.Entries, static e => e.FullName == "lib/net10.0/MlNetConvVis.Features.pdb");
    }

    private void Pack(string project)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        var built = new DirectoryInfo(AppContext.BaseDirectory).Name;       // release or debug
        string[] arguments =
        [
            "pack", Path.Combine(PipelineReaderTests.RepositoryRoot(), "src", project), "--no-build", "--configuration", built == "debug" ? "Debug" : "Release",
            "--output", _folder.Path, "--disable-build-servers",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, text + errors.Result);
    }
}
