using System.Buffers.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Memory;

/// <summary>The file image against the truth: the same addresses in a running process, whose loader has done the relocating.</summary>
public sealed class FileMemoryTests
{
    [Theory]
    [InlineData("1.19", GoFlavour.Pie)]
    [InlineData("1.26", GoFlavour.Pie)]
    [InlineData("1.27", GoFlavour.Pie)]
    [InlineData("1.26", GoFlavour.Cgo)]
    public void Read_RelocatedReadOnlyData_EqualsTheRunningProcess(string version, GoFlavour flavour)
    {
        var path = GoFixture.Build(version, flavour).Path;
        using var elf = ElfFile.Open(path);
        using var child = new Child(path);
        Compare(elf, child.Pid, ".data.rel.ro", atLeast: flavour == GoFlavour.Pie ? 1000 : 0);
        Compare(elf, child.Pid, ".go.type", atLeast: 0);
        Compare(elf, child.Pid, ".itablink", atLeast: 0);
        Compare(elf, child.Pid, ".text", atLeast: 0);
    }

    [Theory]
    [InlineData("-Wl,-z,nopack-relative-relocs")]
    [InlineData("-Wl,-z,pack-relative-relocs")]
    [InlineData("-static-pie")]
    public void Read_PointersOfCProgram_EqualTheRunningProcess(string flag)
    {
        const string source = """
            #include <unistd.h>
            static int values[4096];
            #define P(i) &values[i], &values[i + 1], &values[i + 2], &values[i + 3]
            #define Q(i) P(i), P(i + 4), P(i + 8), P(i + 12)
            int *const pointers[] = { Q(0), Q(16), Q(32), Q(48), Q(64) };
            int (*const function)(void) = getpid;
            int main(void) { char c; return (int)read(0, &c, 1) + (pointers[values[0]] == 0) + (function() == 0); }
            """;
        using var program = new CProgram(source, "-pie", "-fPIE", "-O0", flag);
        using var elf = ElfFile.Open(program.Path);
        using var child = new Child(program.Path);
        Assert.True(elf.TryGetSymbol("pointers", out var pointers));
        Compare(elf, child.Pid, pointers.Address, pointers.Size, atLeast: 80);
    }

    [Fact]
    public void Read_BssAndBeyond_IsZeroThenUnreadable()
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain).Path);
        var bss = elf.Section(".noptrbss")!;
        var bytes = new byte[64];
        Array.Fill(bytes, (byte)1);
        Assert.True(elf.Memory.TryRead(bss.Address + bss.Size - 64, bytes));
        Assert.Equal(new byte[64], bytes);
        Assert.True(elf.Memory.Read(bss.Address + bss.Size - 4, new byte[1 << 20]) < 1 << 20);
        Assert.Equal(0, elf.Memory.Read(0, bytes));
        Assert.Equal(0, elf.Memory.Read(ulong.MaxValue - 3, bytes));
    }

    [Fact]
    public void Read_AnyAlignment_AppliesRelocationsBytewise()
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Pie).Path);
        Assert.True(elf.Memory.RelocationCount > 1000);
        var section = elf.Section(".data.rel.ro")!;
        var whole = new byte[4096];
        Assert.True(elf.Memory.TryRead(section.Address, whole));
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var start = random.Next(whole.Length);
            var part = new byte[random.Next(1, Math.Min(40, whole.Length - start + 1))];
            Assert.True(elf.Memory.TryRead(section.Address + (ulong)start, part));
            Assert.Equal(whole.AsSpan(start, part.Length).ToArray(), part);
        }
    }

    [Fact]
    public void Read_MoreRelocationsThanTheLimit_IsAClearError()
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Pie).Path, new Limits { MaxRelocations = 100 });
        Assert.Contains("MaxRelocations", Assert.Throws<BadBinaryException>(() => elf.Memory.TryReadUInt64(elf.Section(".text")!.Address, out _)).Message, StringComparison.Ordinal);
    }

    static void Compare(ElfFile elf, int pid, string sectionName, int atLeast)
    {
        if (elf.Section(sectionName) is not { Size: > 0 } section)
        {
            Assert.Equal(0, atLeast);
            return;
        }
        Compare(elf, pid, section.Address, section.Size, atLeast);
    }

    static void Compare(ElfFile elf, int pid, ulong address, ulong size, int atLeast)
    {
        var process = LinuxProcess.Open(pid);
        using var live = LiveMemory.Open(process);
        var first = elf.Segments.First(s => s.Type == ElfSegment.Load);
        byte[] fromFile = new byte[size & ~7UL], fromProcess = new byte[fromFile.Length];
        Assert.True(elf.Memory.TryRead(address, fromFile));

        // The loader works after exec has returned: wait for the last of its writes, the protection of the relocated pages.
        ulong bias = 0;
        int differing = 0, relocated = 0;
        Until.True(
            () =>
            {
                var map = process.Maps().FirstOrDefault(m => m.Path == elf.Name);
                if (map is null)
                    return false;
                bias = elf.Type == ElfType.Executable ? 0 : map.Start - (first.Address & ~0xfffUL);
                if (!live.TryRead(address + bias, fromProcess))
                    return false;
                (differing, relocated) = Count(fromFile, fromProcess, bias);
                return differing == 0 && relocated >= atLeast;
            },
            () => $"the file equals the process at 0x{address:x} ({differing} words differ, {relocated} are relocated)");
    }

    static (int Differing, int Relocated) Count(byte[] fromFile, byte[] fromProcess, ulong bias)
    {
        int differing = 0, relocated = 0;
        for (var i = 0; i < fromFile.Length; i += 8)
        {
            var (a, b) = (BinaryPrimitives.ReadUInt64LittleEndian(fromFile.AsSpan(i)), BinaryPrimitives.ReadUInt64LittleEndian(fromProcess.AsSpan(i)));
            if (a == b)
                continue;
            if (a + bias == b)
                relocated++;
            else if (!IsForeign(a, b))
                differing++;
        }
        return (differing, relocated);
    }

    // A pointer into another library (getpid in libc): only the loader knows it; the file shows 0.
    static bool IsForeign(ulong inFile, ulong inProcess) => inFile == 0 && inProcess > 0x7000_0000_0000;
}
