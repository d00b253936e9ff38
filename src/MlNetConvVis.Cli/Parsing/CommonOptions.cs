using System.CommandLine;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>The options of every verb.</summary>
internal sealed class CommonOptions
{
    private readonly ValueOption _device = new(
        "--device", "NAME", "auto, cpu, cuda or cuda:N",
        "where to compute: auto (CUDA where it works, else the processor), cpu, cuda or cuda:N; default auto");
    private readonly ValueOption _threads = new(
        "--threads", "N", "a whole number of 1 or more",
        "how many threads compute; default one a core");

    public FlagOption Json { get; } = new("--json", "write the result to standard output as JSON, for scripts");

    public FlagOption Verbose { get; } = new("--verbose", "when something unexpected fails, say where");

    public FlagOption Help { get; } = new("--help", "show this help", "-h", "-?");

    public IEnumerable<Option> All => [_device, _threads, Json, Verbose, Help];

    public SessionSettings Session(Arguments given, Terminal terminal) => new()
    {
        Device = Device.Parse(given.Text(_device) ?? "auto"),
        Threads = given.Whole(_threads, least: 1) ?? 0,
        Note = terminal.Note,
    };

    public ImageLoaderOptions Loading(Arguments given, bool strict) =>
        new() { Threads = given.Whole(_threads, least: 1) ?? Environment.ProcessorCount, Strict = strict };
}
