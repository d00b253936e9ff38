using System.CommandLine;
using MlNetConvVis.Bench;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;

var threads = new Option<int>("--threads") { Description = "Threads of each side.", DefaultValueFactory = static _ => 2 };
var quick = new Option<bool>("--quick") { Description = "Only zfnet64 and images, few runs." };
var runs = new Option<int?>("--runs") { Description = "Pairs of runs for each row; 15 without it, 7 with --quick." };
var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the table to this file too.", HelpName = "FILE" };
var only = new Option<string?>("--only") { Description = "Only cases whose name holds this text.", HelpName = "TEXT" };
var model = new Option<FileInfo?>("--model") { Description = "An ONNX file, its preprocessing in a YAML file beside it: times score and ML.NET with it.", HelpName = "FILE" };
var photos = new Option<DirectoryInfo?>("--photos") { Description = "Photos for score, in place of noise: JPEG files of noise take longer to decode.", HelpName = "DIR" };
var count = new Option<int?>("--count") { Description = "How many photos score goes through, those that are there again and again; 2,048 without it, 512 with --quick." };
foreach (var number in new Option[] { threads, runs, count })
{
    number.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var value) && value < 1)
            result.AddError($"{number.Name} is {value}; 1 or more is wanted.");
    });
}

var root = new RootCommand("Times MlNetConvVis beside PyTorch and Pillow, in turns, in one run. bench/README.md says how to read the table.")
{
    threads, quick, runs, markdown, only, model, photos, count,
};
root.SetAction(parsed =>
{
    var options = new BenchOptions(
        parsed.GetValue(threads), parsed.GetValue(quick), parsed.GetValue(runs), parsed.GetValue(markdown)?.FullName, parsed.GetValue(only),
        parsed.GetValue(model)?.FullName, parsed.GetValue(photos)?.FullName, parsed.GetValue(count));
    try
    {
        BenchRun.Run(options, Console.Out, Console.Error);
        return 0;
    }
    catch (Exception e) when (e is GraphException or ImageCodecMissingException or InvalidOperationException or IOException)
    {
        Console.Error.WriteLine($"bench: {e.Message}");
        return 1;
    }
});
var parsed = root.Parse(args);
return parsed.Errors.Count > 0 && parsed.Invoke() != 0 ? 2 : parsed.Errors.Count > 0 ? 0 : parsed.Invoke();
