using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlNetConvVis.Tests.Fuzzing;

/// <summary>Broken editions of whole files, the same for the same seed.</summary>
internal sealed partial class Mutations(int seed, int mostChanges = 6)
{
    private const int LongestRun = 64;
    private static readonly uint[] s_numbers = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    private static readonly string[] s_words =
        ["0", "-1", "1e999", "nan", "99999999999999999999", "2147483648", "~", "true", "[]", "{}", "''", "*a", "&a x", "!!binary x", "\t", "- -", "${X}", "🦜"];
    private readonly Random _random = new(seed);

    /// <summary>Changes some bytes: single ones, numbers, runs that go, come, repeat or are taken from another file, and the end.</summary>
    /// <param name="file">A file that is whole.</param>
    /// <param name="other">Another one.</param>
    public byte[] OfBytes(ReadOnlySpan<byte> file, ReadOnlySpan<byte> other)
    {
        var bytes = new List<byte>(file.ToArray());
        for (var changes = _random.Next(1, mostChanges + 1); changes > 0 && bytes.Count > 0; changes--) ChangeBytes(bytes, other);
        return [.. bytes];
    }

    /// <summary>Changes some lines and words of a text.</summary>
    /// <param name="text">A text that is right.</param>
    public string OfText(string text)
    {
        var lines = text.Split('\n').ToList();
        for (var changes = _random.Next(1, mostChanges + 1); changes > 0 && lines.Count > 0; changes--)
        {
            var (line, another) = (_random.Next(lines.Count), _random.Next(lines.Count));
            switch (_random.Next(7))
            {
                case 0: lines.RemoveAt(line); break;
                case 1: lines.Insert(line, lines[another]); break;
                case 2: (lines[line], lines[another]) = (lines[another], lines[line]); break;
                case 3: lines[line] = new string(' ', _random.Next(9)) + lines[line].TrimStart(); break;
                case 4: lines[line] = Encoding.UTF8.GetString(OfBytes(Encoding.UTF8.GetBytes(lines[line]), "?:-#"u8)); break;
                default: lines[line] = ReplaceWord(lines[line]); break;
            }
        }

        return string.Join('\n', lines);
    }

    private string ReplaceWord(string line)
    {
        var words = Word().Matches(line);
        if (words.Count == 0) return line;
        var word = words[_random.Next(words.Count)];
        var by = _random.Next(3) == 0 ? _random.Next(-100, 100_000).ToString(CultureInfo.InvariantCulture) : s_words[_random.Next(s_words.Length)];
        return string.Concat(line.AsSpan(0, word.Index), by, line.AsSpan(word.Index + word.Length));
    }

    private void ChangeBytes(List<byte> bytes, ReadOnlySpan<byte> other)
    {
        var at = _random.Next(bytes.Count);
        var run = Math.Min(_random.Next(1, LongestRun + 1), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1: bytes[at] = (byte)_random.Next(256); break;
            case 2: bytes[at] = (byte)s_numbers[_random.Next(5)]; break;
            case 3: WriteNumber(bytes, at); break;
            case 4: bytes.RemoveRange(at, run); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(_random.Next(bytes.Count - run + 1), run)); break;
            case 6: bytes.InsertRange(at, Enumerable.Range(0, run).Select(_ => (byte)_random.Next(256)).ToArray()); break;
            case 7 when other.Length > 0:
                var from = _random.Next(other.Length);
                bytes.InsertRange(at, other.Slice(from, Math.Min(run, other.Length - from)).ToArray());
                break;
            default: bytes.RemoveRange(at, bytes.Count - at); break;
        }
    }

    private void WriteNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[4];
        var value = s_numbers[_random.Next(s_numbers.Length)];
        if (_random.Next(2) == 0) BinaryPrimitives.WriteUInt32BigEndian(number, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        for (var i = 0; i < number.Length && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }

    [GeneratedRegex(@"[\w.\-]+")]
    private static partial Regex Word();
}
