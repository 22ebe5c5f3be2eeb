using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Binaries;

public sealed partial class ElfFileTests
{
    public static TheoryData<string, GoFlavour> GoBinaries() => new()
    {
        { "1.19", GoFlavour.Plain },
        { "1.24", GoFlavour.Pie },
        { "1.26", GoFlavour.Plain },
        { "1.26", GoFlavour.Stripped },
        { "1.26", GoFlavour.Cgo },
        { "1.27", GoFlavour.Plain },
    };

    [Theory]
    [MemberData(nameof(GoBinaries))]
    public void Sections_OfGoBinary_EqualReadelf(string version, GoFlavour flavour) => AssertSectionsAndSegments(GoFixture.Build(version, flavour).Path);

    [Fact]
    public void Sections_OfThisRuntimesLibrary_EqualReadelf() => AssertSectionsAndSegments(RuntimeLibrary());

    [Theory]
    [MemberData(nameof(GoBinaries))]
    public void Symbols_OfGoBinary_EqualNm(string version, GoFlavour flavour)
    {
        var path = GoFixture.Build(version, flavour).Path;
        using var elf = ElfFile.Open(path);
        Assert.Equal(flavour is GoFlavour.Plain or GoFlavour.Cgo, elf.HasSymbolTable);
        if (!elf.HasSymbolTable)
            return;

        var truth = Tool.Run("nm", path).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => NmLine().Match(line)).Where(m => m.Success)
            .Select(m => (Name: m.Groups[3].Value.Split('@')[0], Address: ulong.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToHashSet();
        var symbols = elf.Symbols.Where(s => s.IsDefined && s.Name.Length > 0 && s.Type is not (3 or 4)).ToList();
        Assert.True(truth.Count > 1000);
        var own = symbols.Select(s => (s.Name.Split('@')[0], s.Address)).ToHashSet();
        Assert.Empty(truth.Except(own));

        foreach (var group in symbols.GroupBy(s => s.Name).Where((_, i) => i % 37 == 0))
        {
            Assert.True(elf.TryGetSymbol(group.Key, out var found));
            Assert.Contains(found, group);
        }
        Assert.False(elf.TryGetSymbol("no.such.symbol", out _));
        Assert.False(elf.TryGetSymbol("", out _));
    }

    [Theory]
    [MemberData(nameof(GoBinaries))]
    public void BuildIds_OfGoBinary_EqualReadelfNotes(string version, GoFlavour flavour)
    {
        var fixture = GoFixture.Build(version, flavour);
        using var elf = ElfFile.Open(fixture.Path);
        var toolchain = GoToolchain.Require(version);
        Assert.Equal(Tool.Run(toolchain.Go, "tool", "buildid", fixture.Path).Trim(), elf.GoBuildId);
        var gnu = Regex.Match(Tool.Run("readelf", "-nW", fixture.Path), "Build ID: ([0-9a-f]+)");
        Assert.Equal(gnu.Success ? gnu.Groups[1].Value : null, elf.BuildId);
    }

    [Theory]
    [InlineData(GoFlavour.Plain, false, false)]
    [InlineData(GoFlavour.Pie, true, true)]
    [InlineData(GoFlavour.Cgo, true, true)]
    public void Kind_OfGoBinary_IsKnown(GoFlavour flavour, bool pie, bool dynamic)
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, flavour).Path);
        Assert.Equal(ElfMachine.Amd64, elf.Machine);

        // Whether gcc makes a PIE is the distribution's choice: readelf says.
        var expectedPie = flavour == GoFlavour.Cgo ? Tool.Run("readelf", "-hW", elf.Name).Contains("Type:                              DYN", StringComparison.Ordinal) : pie;
        Assert.Equal((expectedPie, dynamic), (elf.IsPie, elf.IsDynamicallyLinked));
    }

    [Theory]
    [InlineData("-static", false, false)]
    [InlineData("-static-pie", true, false)]
    [InlineData("-no-pie", false, true)]
    [InlineData("-pie", true, true)]
    public void Kind_OfCBinary_IsKnown(string flag, bool pie, bool dynamic)
    {
        using var program = new CProgram("int main(void) { return 0; }", flag, "-fPIE");
        using var elf = ElfFile.Open(program.Path);
        Assert.Equal((pie, dynamic), (elf.IsPie, elf.IsDynamicallyLinked));
    }

    [Theory]
    [InlineData("-gz=none")]
    [InlineData("-gz=zlib")]
    public void Contents_OfDebugSection_IsDecompressed(string flag)
    {
        using var program = new CProgram("struct marker_struct { int a; } marker; int main(void) { return marker.a; }", "-g", flag);
        using var elf = ElfFile.Open(program.Path);
        Assert.True(elf.HasDwarf);
        var text = elf.Contents(elf.Section(".debug_str")!);
        Assert.True(text.IndexOf("marker_struct"u8) >= 0);
        Assert.True(text.Overlaps(elf.Contents(elf.Section(".debug_str")!)));
    }

    [Fact]
    public void Contents_OfZstdSection_SaysWhatToDo()
    {
        using var program = new CProgram("int main(void) { return 0; }", "-g", "-gz=none");
        var bytes = File.ReadAllBytes(program.Path);
        using var plain = ElfFile.Parse(bytes, "plain");
        var section = plain.Section(".debug_str")!;
        var header = BitConverter.ToUInt64(bytes, 40) + (ulong)section.Index * 64;
        BitConverter.GetBytes(section.Flags | 0x800).CopyTo(bytes, (int)header + 8);
        BitConverter.GetBytes(2).CopyTo(bytes, (int)section.Offset);
        using var elf = ElfFile.Parse(bytes, "patched");
        Assert.Contains("objcopy", Assert.Throws<BadBinaryException>(() => { _ = elf.Contents(elf.Section(".debug_str")!).Length; }).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/self/status")]
    [InlineData("/etc/passwd")]
    [InlineData("/")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("/no/such/file")]
    public void Open_OfSomethingElse_IsAClearError(string path) =>
        Assert.StartsWith(path, Assert.Throws<BadBinaryException>(() => ElfFile.Open(path)).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_OfFifo_DoesNotHang()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("vitrine-fifo-").FullName, "fifo");
        Tool.Run("mkfifo", path);
        Assert.Contains("not a regular file", Assert.Throws<BadBinaryException>(() => ElfFile.Open(path)).Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Bytes_BehindTheEnd_ThrowsOrReadsNothing()
    {
        using var elf = ElfFile.Open(RuntimeLibrary());
        Assert.Equal(0, elf.ReadAt(elf.Length, new byte[1]));
        Assert.Equal(1, elf.ReadAt(elf.Length - 1, new byte[2]));
        Assert.Equal(0, elf.ReadAt(ulong.MaxValue, new byte[2]));
        Assert.Throws<BadBinaryException>(() => { _ = elf.Bytes(elf.Length, 1).Length; });
        Assert.Throws<BadBinaryException>(() => { _ = elf.Bytes(ulong.MaxValue, 2).Length; });
        Assert.Throws<BadBinaryException>(() => { _ = elf.Bytes(1, ulong.MaxValue).Length; });
    }

    [Fact]
    public void Open_OfALargeFile_CostsOnlyWhatIsLookedAt()
    {
        using var program = new CProgram("int main(void) { return 0; }");
        using (var file = File.Open(program.Path, FileMode.Open))
            file.SetLength(3L << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var elf = ElfFile.Open(program.Path);
        var byteAtTheEnd = new byte[1];
        Assert.Equal(1, elf.ReadAt(elf.Length - 1, byteAtTheEnd));
        Assert.Equal(3UL << 30, elf.Length);
        Assert.True(elf.TryGetSymbol("main", out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void File_ThatShrinksWhileItIsOpen_IsAClearError()
    {
        using var program = new CProgram("int main(void) { return 0; }");
        using var elf = ElfFile.Open(program.Path);
        using (var file = File.Open(program.Path, FileMode.Open))
            file.SetLength(4096);
        Until.True(
            () =>
            {
                try
                {
                    _ = elf.Bytes(0, 16).Length;
                    return false;
                }
                catch (BadBinaryException e)
                {
                    return e.Message.Contains("shrunk", StringComparison.Ordinal);
                }
            },
            () => "the error");
    }

    [Fact]
    public void Dispose_ThenUse_Throws()
    {
        var elf = ElfFile.Open(RuntimeLibrary());
        elf.Dispose();
        elf.Dispose();
        Assert.Throws<ObjectDisposedException>(() => elf.ReadAt(0, new byte[1]));
    }

    static string RuntimeLibrary() => Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libcoreclr.so");

    static void AssertSectionsAndSegments(string path)
    {
        using var elf = ElfFile.Open(path);
        var sections = SectionLine().Matches(Tool.Run("readelf", "-SW", path)).Select(m => (
            int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value, Hex(m.Groups[4]), Hex(m.Groups[5]), Hex(m.Groups[6]))).ToList();
        Assert.True(sections.Count > 10);
        Assert.Equal(sections, elf.Sections.Where(s => s.Index > 0).Select(s => (s.Index, s.Name, s.Address, s.Offset, s.Size)));

        var loads = LoadLine().Matches(Tool.Run("readelf", "-lW", path)).Select(m => (Hex(m.Groups[1]), Hex(m.Groups[2]), Hex(m.Groups[3]), Hex(m.Groups[4]))).ToList();
        Assert.NotEmpty(loads);
        Assert.Equal(loads, elf.Segments.Where(s => s.Type == ElfSegment.Load).Select(s => (s.Offset, s.Address, s.FileSize, s.MemorySize)));

        static ulong Hex(Group group) => ulong.Parse(group.Value.Replace("0x", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^([0-9a-f]{16}) (\w) (.+)$")]
    private static partial Regex NmLine();

    [GeneratedRegex(@"^\s+\[\s*(\d+)\] (\S+)\s+(\S+)\s+([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+)", RegexOptions.Multiline)]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"^\s+LOAD\s+(0x\S+) (0x\S+) 0x\S+ (0x\S+) (0x\S+)", RegexOptions.Multiline)]
    private static partial Regex LoadLine();
}
