using System.Diagnostics;
using System.IO.Compression;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Tests.Cli;
using MlNetConvVis.Tests.Imaging;
using MlNetConvVis.Tests.Scoring;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>What somebody may throw at the program on purpose, or a machine in bad shape: bombs, names, places that cannot be written, full disks.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class HostileInputTests : IDisposable
{
    private const int BombSide = 60_000;
    private static readonly string[] s_names =
    [
        "plain.png", "with space.png", "日本語.png", "имя файла.png", "عربي.png", "ümläut.png", "हिन्दी.png", "🦜.png", "quote's.png", "double\"quote.png",
        "comma, semicolon;.png", "-dash.png", "#hash?.png", "%41.png", "<b>&amp;.png", "back`tick$HOME.png", "new\nline.png", "tab\there.png", " leading.png",
    ];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Places where nobody can write, not even root.</summary>
    public static TheoryData<string> Writers =>
    [
        "project --layer block/pool", "grad-cam --layer block/pool", "occlude", "invariance --layers block/pool", "extract --layers block/pool",
        "visualize --layers block/pool", "score",
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_picture_that_unpacks_to_billions_of_pixels_is_refused_by_its_head()
    {
        var bomb = Bomb();
        Assert.InRange(bomb.Length, 100_000, 2 << 20);
        var input = new FuzzedInput(static e => e is ImageDecodeException && e.Message.Contains("60000x60000", StringComparison.Ordinal));
        input.Take("bomb.png", () => ImageCodecs.Default.Decode(bomb, "bomb.png"));
        input.AssertHarmless();
        Assert.Equal(1, input.Refused);
    }

    [Fact]
    public void Names_of_every_script_come_out_as_they_are()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names");
        foreach (var (i, name) in s_names.Index()) TinyModel.WritePhoto(_folder, Path.Combine(Directory.CreateDirectory(In("photos")).Name, name), offset: i);
        CommandLineRun.Of("score", "--device", "cpu", "--model", TinyModel.Write(_folder), "--images", In("photos"), "--out", In("scores"), "--visualize", "block/pool",
            "--pictures", "all").AssertSucceeded();
        var rows = File.ReadLines(In("scores", "scores.jsonl")).Select(static l => System.Text.Json.JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(s_names.Order(StringComparer.Ordinal), rows.Select(static r => r.GetProperty("file").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(rows, static r => Assert.False(r.TryGetProperty("error", out var error) && error.ValueKind == System.Text.Json.JsonValueKind.String));
        Assert.Equal(s_names.Order(StringComparer.Ordinal), Files(CsvTable.Read(In("scores", "scores.csv"))));
        Assert.Equal(s_names.Length, Directory.GetFiles(In("scores", "pictures"), "*.png", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_place_that_cannot_be_written_is_refused_before_the_work(string call)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        var (photo, verb) = (TinyModel.WritePhoto(_folder, "photo.png"), call.Split(' '));
        string[] photos = verb[0] is "project" or "grad-cam" or "occlude" ? ["--image", photo] : ["--images", photo];
        var place = verb[0] is "project" or "grad-cam" ? "/proc/convvis/a.png" : "/proc/convvis";
        CommandLineRun.Of([.. verb, "--device", "cpu", "--model", TinyModel.Write(_folder), .. photos, "--out", place])
            .AssertRefused($"--out is '{place}'", "cannot be made or written");
    }

    /// <summary>On a real file system that is too small, in a mount namespace of its own; then the same call with more room.</summary>
    [Fact]
    public void A_full_disk_stops_a_run_that_goes_on_when_there_is_room_again()
    {
        Assert.SkipUnless(CanMount(), "needs unshare and leave to mount a tmpfs");
        TinyModel.Write(_folder);
        for (var i = 0; i < 300; i++) TinyModel.WritePhoto(_folder, Path.Combine(Directory.CreateDirectory(In("photos")).Name, $"{i:000}.png"), i % 90);
        string[] call = ["score", "--device", "cpu", "--model", In("tiny.onnx"), "--images", In("photos"), "--part", "20", "--out"];
        CommandLineRun.Of([.. call, In("wide")]).AssertSucceeded();
        Directory.CreateDirectory(In("small"));
        var program = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "convvis.dll")}' {string.Join(' ', call.Select(static a => $"'{a}'"))} small/out";
        var output = Shell($"""
            cd '{_folder.Path}'
            mount -t tmpfs -o size=32k tmpfs small
            {program} 2>&1; echo "first $?"; find small/out -name '*.tmp' | wc -l
            mount -o remount,size=16m small
            {program} > /dev/null 2>&1; echo "second $?"
            cp -r small/out kept
            """);
        Assert.Contains("No space left on device", output, StringComparison.Ordinal);
        Assert.Contains("first 1\n0\nsecond 0", output, StringComparison.Ordinal);
        ScoreFolders.AssertEqual(In("wide"), In("kept"));
    }

    private static IEnumerable<string> Files(CsvTable table) =>
        table.Rows.Select(r => r[table.Columns.ToList().IndexOf("file")]).Order(StringComparer.Ordinal);

    /// <summary>Rows of zeros, one bit a pixel, packed until next to nothing is left.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + (BombSide / 8)];
            for (var y = 0; y < BombSide; y++) zip.Write(row);
        }

        using var png = new MemoryStream();
        png.Write([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A]);
        Chunk(png, "IHDR"u8, [0, 0, BombSide >> 8, BombSide & 255, 0, 0, BombSide >> 8, BombSide & 255, 1, 0, 0, 0, 0]);
        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        byte[] body = [.. name, .. content];
        Span<byte> number = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(body);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        png.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    private bool CanMount()
    {
        if (!OperatingSystem.IsLinux()) return false;
        Directory.CreateDirectory(In("probe"));
        return Shell($"mount -t tmpfs tmpfs '{In("probe")}' && echo mounted").Contains("mounted", StringComparison.Ordinal);
    }

    private static string Shell(string script)
    {
        try
        {
            var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output + error.Result;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no unshare";
        }
    }

    private string In(params string[] parts) => Path.Combine([_folder.Path, .. parts]);
}
