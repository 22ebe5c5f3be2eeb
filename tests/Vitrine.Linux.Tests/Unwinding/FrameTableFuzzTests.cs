using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.Linux.Tests.Unwinding;

/// <summary>Damaged tables and damaged stacks end a walk; nothing throws, hangs or grows.</summary>
public class FrameTableFuzzTests
{
    const string Library = "/lib/x86_64-linux-gnu/libc.so.6";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Walk_OverDamagedTablesAndStacks_Ends(int seed)
    {
        Assert.SkipUnless(File.Exists(Library), $"{Library} is not installed");
        var random = new Random(seed);
        var original = File.ReadAllBytes(Library);
        using var intact = ElfFile.Parse(original, Library);
        var frames = intact.Section(".eh_frame")!;
        var header = intact.Segments.Single(static segment => segment.Type == 0x6474e550);
        var text = intact.Section(".text")!;
        var stack = new byte[4096];
        var found = new ulong[128];
        var walked = 0;
        for (var round = 0; round < 60; round++)
        {
            var bytes = original.ToArray();
            for (var i = 0; i < 4000; i++)
                bytes[(int)frames.Offset + random.Next((int)frames.Size)] = (byte)random.Next(256);
            if (round % 3 == 0)
            {
                for (var i = 0; i < 3; i++)
                    bytes[(int)header.Offset + random.Next(i == 0 ? 12 : (int)header.FileSize)] = (byte)random.Next(256);
            }
            using var elf = ElfFile.Parse(bytes, Library);
            if (FrameTable.Of(elf) is not { } table)
                continue;
            const ulong at = 0x7000_0000_0000, stackAt = 0x7fff_0000_0000;
            var map = new MemoryMap(at, at + text.Address + text.Size, MapPermissions.Read | MapPermissions.Execute, 0, "00:00", 1, Library);
            var code = ProcessCode.Of(new BytesMemory().Add(at + text.Address, bytes.AsSpan((int)text.Offset, (int)text.Size).ToArray()), [new CodeArea(map, CodeKind.Native, table, at)]);
            var unwinder = new StackUnwinder(code);
            for (var walk = 0; walk < 300; walk++)
            {
                for (var i = 0; i < stack.Length; i += 8)
                    BitConverter.TryWriteBytes(stack.AsSpan(i), random.Next(3) switch { 0 => at + text.Address + (ulong)random.NextInt64((long)text.Size), 1 => stackAt + (ulong)random.Next(stack.Length), _ => (ulong)random.NextInt64() });
                var registers = default(RegisterSet);
                for (var i = 0; i < 17; i++)
                    registers[i] = random.Next(2) == 0 ? stackAt + (ulong)random.Next(stack.Length) : (ulong)random.NextInt64();
                registers[16] = at + text.Address + (ulong)random.NextInt64((long)text.Size);
                registers[7] = stackAt + (ulong)random.Next(64) * 8;
                var count = unwinder.Unwind(registers, new StackCopy().Set(stackAt, stack, stack.Length), found, out _);
                Assert.InRange(count, 1, found.Length);
                walked += count;
            }
        }
        Assert.True(walked > 18_300, $"only {walked} frames: the walks do not get beyond their first");
    }

    [Theory]
    [InlineData("E8 00 00 00 00", true)]
    [InlineData("FF D0", true)]
    [InlineData("41 FF D3", true)]
    [InlineData("FF 15 00 00 00 00", true)]
    [InlineData("FF 50 18", true)]
    [InlineData("FF 94 24 00 01 00 00", true)]
    [InlineData("FF 54 24 08", true)]
    [InlineData("FF 14 C5 00 00 00 00", true)]
    [InlineData("FF 25 00 00 00 00", false)]
    [InlineData("FF E0", false)]
    [InlineData("48 8B EC", false)]
    [InlineData("90 90 90", false)]
    public void EndsWithCall_OfInstructions_KnowsCalls(string code, bool isCall)
    {
        byte[] bytes = [.. new byte[7], .. Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal))];
        Assert.Equal(isCall, X64FramePointers.EndsWithCall(bytes.AsSpan(bytes.Length - 7)));
    }
}
