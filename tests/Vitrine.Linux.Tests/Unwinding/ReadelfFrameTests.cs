using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Tests.Support;
using Vitrine.Linux.Unwinding;

namespace Vitrine.Linux.Tests.Unwinding;

/// <summary>The rules at each instruction, against binutils' reading of the same tables.</summary>
public class ReadelfFrameTests
{
    static readonly Dictionary<string, int> s_registers = new(StringComparer.Ordinal)
    {
        ["rax"] = 0, ["rdx"] = 1, ["rcx"] = 2, ["rbx"] = 3, ["rsi"] = 4, ["rdi"] = 5, ["rbp"] = 6, ["rsp"] = 7, ["r8"] = 8, ["r9"] = 9, ["r10"] = 10, ["r11"] = 11,
        ["r12"] = 12, ["r13"] = 13, ["r14"] = 14, ["r15"] = 15, ["ra"] = 16,
    };

    public static TheoryData<string> Libraries => [.. new[] { "libc.so.6", "libcrypto.so.3", "libssl.so.3", "libstdc++.so.6", "ld-linux-x86-64.so.2" }
        .Select(static name => $"/lib/x86_64-linux-gnu/{name}").Append(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libcoreclr.so"))];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Row_OfALibrary_IsAsReadelfSays(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is not installed");
        using var elf = ElfFile.Open(path);
        var table = FrameTable.Of(elf)!;
        Assert.True(table.HasHeader);
        var machine = new CfiMachine();
        var row = default(CfiRow);
        int compared = 0, expressions = 0;
        var random = new Random(4);
        foreach (var (address, end, columns, cells) in Rows(Tool.Run("sh", "-c", "readelf --debug-dump=frames-interp --debug-dump=no-follow-links --wide \"$0\" 2>/dev/null; true", path)))
        {
            // All of a small library, every eighth row of a large one.
            if (end <= address || (table.Count > 20_000 && random.Next(8) != 0))
                continue;
            foreach (var at in new[] { address, end - 1 })
            {
                var budget = StackUnwinder.MaximumSteps;
                Assert.True(machine.TryFindRow(table, at, ref row, ref budget), $"0x{at:x}: no rules");
                for (var i = 0; i < columns.Length; i++)
                {
                    var ours = columns[i] == "CFA" ? Cfa(row) : s_registers.TryGetValue(columns[i], out var register) ? Rule(row, register) : null;
                    if (ours is null)
                        continue;
                    if (cells[i] is "exp" or "vexp")
                        expressions++;
                    Assert.True(ours == cells[i], $"{path} 0x{at:x} {columns[i]}: {ours}, readelf says {cells[i]}");
                    compared++;
                }
            }
        }
        Assert.True(compared > 1000, $"only {compared} rules were compared");
        if (path.EndsWith("libc.so.6", StringComparison.Ordinal))
            Assert.True(expressions > 10, $"only {expressions} expressions were compared");
    }

    [Fact]
    public void Index_WithoutTheHeader_FindsTheSameEntries()
    {
        const string path = "/lib/x86_64-linux-gnu/libc.so.6";
        Assert.SkipUnless(File.Exists(path), $"{path} is not installed");
        var bytes = File.ReadAllBytes(path);
        using var whole = ElfFile.Parse(bytes, path);
        var header = whole.Segments.Single(static segment => segment.Type == 0x6474e550);
        var without = bytes.ToArray();
        without[header.Offset + 3] = 0xFF; // "the table is omitted"
        using var bare = ElfFile.Parse(without, path);
        FrameTable one = FrameTable.Of(whole)!, other = FrameTable.Of(bare)!;
        Assert.True(one.HasHeader);
        Assert.False(other.HasHeader);
        Assert.Equal(one.Count, other.Count);
        var random = new Random(11);
        var text = whole.Section(".text")!;
        for (var i = 0; i < 20_000; i++)
        {
            var address = text.Address + (ulong)random.NextInt64((long)text.Size);
            Assert.Equal(one.TryFind(address, out var entry), other.TryFind(address, out var same));
            Assert.Equal(entry, same);
        }
    }

    static string Cfa(in CfiRow row) => row.Cfa.Kind == CfiRuleKind.IsExpression
        ? "exp"
        : NameOf(row.CfaRegister) + row.Cfa.Value.ToString("+0;-0", CultureInfo.InvariantCulture);

    static string NameOf(int register) => s_registers.First(pair => pair.Value == register).Key;

    static string Rule(in CfiRow row, int register)
    {
        var rule = row.Registers[register];
        return rule.Kind switch
        {
            CfiRuleKind.Unspecified or CfiRuleKind.Undefined => "u",
            CfiRuleKind.SameValue => "s",
            CfiRuleKind.AtOffset => "c" + rule.Value.ToString("+0;-0", CultureInfo.InvariantCulture),
            CfiRuleKind.IsOffset => "v" + rule.Value.ToString("+0;-0", CultureInfo.InvariantCulture),
            CfiRuleKind.InRegister => NameOf((int)rule.Value),
            CfiRuleKind.AtExpression => "exp",
            _ => "vexp",
        };
    }

    /// <summary>The rows with the address behind each.</summary>
    static IEnumerable<(ulong Address, ulong End, string[] Columns, string[] Cells)> Rows(string output)
    {
        string[] columns = [];
        ulong functionEnd = 0;
        (ulong Address, string[] Cells)? last = null;
        var isFunction = false;
        foreach (var line in output.Split('\n'))
        {
            // A register that is in another one is "r8 (r8)"; the section ends with "000a9e44 ZERO terminator".
            var words = Regex.Replace(line, @"\br\d+ \((\w+)\)", "$1").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Contains("FDE") || words.Contains("CIE") || words.Length == 0)
            {
                if (last is { } final && isFunction)
                    yield return (final.Address, functionEnd, columns, final.Cells);
                last = null;
                if (words.Length == 0)
                    continue;
                isFunction = words.Contains("FDE");
                if (isFunction)
                    functionEnd = ulong.Parse(words[^1][(words[^1].IndexOf("..", StringComparison.Ordinal) + 2)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (words[0] == "LOC")
            {
                columns = words[1..];
            }
            else if (isFunction && words.Length == columns.Length + 1 && words[0].Length == 16 && ulong.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var address))
            {
                if (last is { } previous)
                    yield return (previous.Address, address, columns, previous.Cells);
                last = (address, words[1..]);
            }
        }
    }
}
