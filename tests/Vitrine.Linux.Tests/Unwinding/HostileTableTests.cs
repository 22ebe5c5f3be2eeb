using System.Buffers.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.Linux.Tests.Unwinding;

/// <summary>Tables that were made to take memory or time from whoever reads them.</summary>
public class HostileTableTests
{
    const string Library = "/lib/x86_64-linux-gnu/libc.so.6";
    const uint FrameHeader = 0x6474e550;

    [Fact]
    public void Of_AHeaderThatClaimsMoreThanTheSectionHolds_IsNotTaken()
    {
        Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
        var original = File.ReadAllBytes(Library);
        using var intact = ElfFile.Parse(original, Library);
        var frames = intact.Section(".eh_frame")!;

        // A header at the end of the file, at an address from which zeros lead into the section; its entries are zeros, as a sparse file has them.
        const int count = 1 << 20;
        byte[] bytes = [.. original, .. new byte[12 + 8 * count]];
        var header = bytes.AsSpan(original.Length);
        byte[] head = [1, 0x1B, 0x03, 0x3B];
        head.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], count);
        var segment = Segment(bytes, FrameHeader);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], (ulong)original.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], frames.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], 12 + 8 * count);
        using var elf = ElfFile.Parse(bytes, Library);
        var table = FrameTable.Of(elf)!;
        Assert.False(table.HasHeader);
        Assert.InRange(table.MemoryBytes, (long)frames.Size, 2 * (long)frames.Size + 4096);
    }

    [Fact]
    public void Get_OfMoreTablesThanThereIsRoomFor_Refuses()
    {
        Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
        using var elf = ElfFile.Open(Library);
        var one = FrameTable.Of(elf)!.MemoryBytes;
        var cache = new FrameTableCache(4 * one);
        var used = new List<FrameTable?>();
        for (var i = 0; i < 4; i++)
            used.Add(cache.Get(Identity(i), elf));
        Assert.Same(used[3], cache.Get(Identity(3), elf));
        var refused = Assert.Throws<BadBinaryException>(() => cache.Get(Identity(4), elf));
        Assert.Contains("no room", refused.Message, StringComparison.Ordinal);
        Assert.All(used, static table => Assert.NotNull(table));
    }

    [Fact]
    public void Get_OfMoreTablesThanThereIsRoomFor_ForgetsThoseThatNobodyUses()
    {
        Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
        using var elf = ElfFile.Open(Library);
        var cache = new FrameTableCache(4 * FrameTable.Of(elf)!.MemoryBytes);
        for (var i = 0; i < 5; i++)
            Take(cache, i, elf);
        Assert.NotNull(cache.Get(Identity(5), elf));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Take(FrameTableCache cache, int file, ElfFile elf) => Assert.NotNull(cache.Get(Identity(file), elf));
    }

    /// <summary>Each frame has a program, or expressions, that are within their own limits: together they would take minutes for each thousand samples.</summary>
    [Theory]
    [InlineData("program")]
    [InlineData("states")]
    [InlineData("expressions")]
    public void Unwind_WithRulesThatNeverEnd_Ends(string what)
    {
        Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
        var bytes = File.ReadAllBytes(Library);
        using var intact = ElfFile.Parse(bytes, Library);
        var section = intact.Section(".eh_frame")!;
        var text = intact.Section(".text")!;
        var frames = bytes.AsSpan((int)section.Offset, (int)section.Size);
        frames.Clear();
        Segment(bytes, FrameHeader)[0] = 0;

        // CFA is rsp + 8, the return address is right below.
        byte[] rules = [0x0C, 7, 8, 0x90, 1];
        // const2u 1000; (lit1; minus; dup; bra back); drop; lit0
        byte[] loop = [0x0A, 0xE8, 0x03, 0x31, 0x1C, 0x12, 0x28, 0xFA, 0xFF, 0x13, 0x30];
        byte[] program = what switch
        {
            "program" => [.. rules, .. new byte[60_000]],
            "states" => [.. rules, .. Enumerable.Repeat<byte[]>([0x0A, 0x0B], 3_000).SelectMany(static pair => pair)],
            _ => [.. rules, .. Enumerable.Range(0, 15).Where(static register => register != 7).SelectMany(register => (byte[])[0x16, (byte)register, (byte)loop.Length, .. loop])],
        };
        byte[] common = [0, 0, 0, 0, 1, (byte)'z', (byte)'R', 0, 1, 0x78, 16, 1, 0x00, .. program];
        BinaryPrimitives.WriteInt32LittleEndian(frames, common.Length);
        common.CopyTo(frames[4..]);
        var entry = frames[(4 + common.Length)..];
        BinaryPrimitives.WriteInt32LittleEndian(entry, 21);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 4 + common.Length + 4);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], text.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], text.Size);
        using var elf = ElfFile.Parse(bytes, Library);
        var table = FrameTable.Of(elf)!;
        Assert.Equal(1, table.Count);

        const ulong at = 0x7000_0000_0000, stackAt = 0x7fff_0000_0000;
        var map = new MemoryMap(at, at + text.Address + text.Size, MapPermissions.Read | MapPermissions.Execute, 0, "00:00", 1, Library);
        var unwinder = new StackUnwinder(ProcessCode.Of(new BytesMemory(), [new CodeArea(map, CodeKind.Native, table, at)]));
        var stack = new byte[4096];
        for (var i = 0; i < stack.Length; i += 8)
            BitConverter.TryWriteBytes(stack.AsSpan(i), at + text.Address + 64);
        var found = new ulong[256];
        var count = unwinder.Unwind(RegisterSet.X64(at + text.Address + 32, stackAt, 0), new StackCopy().Set(stackAt, stack, stack.Length), found, out var end);
        Assert.Equal(UnwindEndKind.BadRules, end.Kind);
        Assert.InRange(count, 2, 4);
    }

    /// <summary>A path leads to another file than the one that was mapped: its tables are neither used nor kept for the mapped one.</summary>
    [Fact]
    public void Open_OfAnotherFileThanTheMapped_IsRefused()
    {
        var process = LinuxProcess.Open(Environment.ProcessId);
        using var memory = LiveMemory.Open(process);
        var code = ProcessCode.Of(process, memory);
        var copy = Path.GetTempFileName();
        try
        {
            Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
            File.Copy(Library, copy, overwrite: true);
            using var handle = File.OpenHandle(copy);
            var identity = FileIdentity.Of(handle);
            using var elf = ElfFile.Open(Library);
            var text = elf.Segments.First(static segment => segment.Type == ElfSegment.Load && (segment.Flags & 1) != 0);
            // No mapping of this process is there, so that the file is opened by its path.
            var mapped = new MemoryMap(0x1000, 0x2000, MapPermissions.Read | MapPermissions.Execute, text.Offset, identity.Device, identity.Inode, copy);
            var other = code.Open(mapped with { Inode = identity.Inode + 1 });
            Assert.Equal(CodeKind.Unreadable, other.Kind);
            Assert.Contains("not the file that is mapped", other.Reason, StringComparison.Ordinal);
            Assert.Equal(CodeKind.Native, code.Open(mapped).Kind);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    static FileIdentity Identity(int number) => new("fd:01", (ulong)number, 1, 1, 1);

    /// <summary>The program header of a type: Elf64_Phdr.</summary>
    static Span<byte> Segment(byte[] bytes, uint type)
    {
        var at = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(32));
        while (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) != type)
            at += 56;
        return bytes.AsSpan(at, 56);
    }
}
