using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Btf;
using Vitrine.Go.Tests.Probes.Btf;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>
/// Damaged binaries: bits flipped and extreme values written where the readers look. Allowed are a result, "not Go", and an error that names the
/// damage; the seeds are fixed, so a failure repeats.
/// </summary>
public class HostileBinaryTests
{
    const int Rounds = 400;
    const long MaxAllocatedBytes = 256L << 20;

    static readonly ulong[] Extremes =
    [
        0, 1, 7, 0x7f, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ulong.MaxValue, ulong.MaxValue - 7,
    ];

    static readonly string[] Structs = ["runtime.g", "runtime.m", "runtime.hchan", "main.shape", "main.pair[string,main.celsius]"];

    static readonly string[] Paths = ["sched.sp", "m", "corners[2].x", "y", "stack.lo", "point.x", "name.name.name", "events"];

    [Theory]
    [InlineData("1.19", GoFlavour.Stripped, 1)]
    [InlineData("1.24", GoFlavour.Pie, 2)]
    [InlineData("1.26", GoFlavour.Stripped, 3)]
    [InlineData("1.27", GoFlavour.Cgo, 4)]
    public void Open_MutatedBinary_NeverCrashes(string version, GoFlavour flavour, int seed)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var original = File.ReadAllBytes(program.Fixture.Path);
        var regions = Regions(program.Binary, original.Length);
        var random = new Random(seed);
        var opened = 0;

        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])original.Clone();
            var (name, offset, length) = regions[round % regions.Count];
            for (var i = random.Next(1, 12); i > 0; i--)
                Mutate(bytes, offset + random.Next(length), random);
            var size = random.Next(16) == 0 ? random.Next(bytes.Length) : bytes.Length;

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                opened += Exercise(bytes.AsMemory(0, size), random) ? 1 : 0;
            }
            catch (Exception e) when (e is GoBinaryException or BadBinaryException)
            {
                Assert.Contains("mutated", e.Message, StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                Assert.Fail($"{program.Fixture}, round {round} in {name}: {e}");
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocatedBytes, $"{program.Fixture}, round {round} in {name}: allocates too much");
        }

        // Mutations that are always caught at the door would test nothing behind it.
        Assert.True(opened > Rounds / 10, $"only {opened} of {Rounds} opened");
    }

    [Fact]
    public void TryGetStruct_StructThatEmbedsItself_DoesNotRecurseForever()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        var image = new BinaryImage(program.Binary.Elf);
        Assert.True(program.Binary.Types.TryFind("main.point", out var point));
        // The first field of point becomes an embedded point.
        Assert.True(image.TryReadPointer(point + 56, out var fields));
        Assert.True(image.TryLocate(fields, out var offset, out _));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)offset + 8), point);
        Assert.True(image.TryReadPointer(fields, out var name));
        Assert.True(image.TryLocate(name, out var nameOffset, out _));
        bytes[(int)nameOffset] |= 8;

        using var hostile = GoBinary.Open(ElfFile.Parse(bytes, "hostile"));

        Assert.True(hostile.Types.TryGetStruct("main.point", out var layout));
        Assert.Null(layout.OffsetOf("nowhere"));
        Assert.Null(layout.OffsetOf(string.Join('.', Enumerable.Repeat("x", 1000)) + ".nowhere"));
        // As BTF it would be a type without end for whoever reads it: the point in the point is bytes.
        using var file = new BtfFile(GoBtf.Build(hostile, ["main.point"]));
        file.Check(["sizeof(((struct go_main_point *)0)->x) == 8"]);
    }

    [Fact]
    public void Open_NotElf_IsABadBinary() =>
        Assert.ThrowsAny<BadBinaryException>(() => GoBinary.Open(ElfFile.Parse("#!/bin/sh\nexec true\n"u8.ToArray(), "script")));

    /// <summary>Where the readers look: name, offset in the file, length.</summary>
    static List<(string Name, int Offset, int Length)> Regions(GoBinary binary, int length)
    {
        var image = new BinaryImage(binary.Elf);
        var pcln = PclnFinder.Find(image, [])[0];
        var regions = new List<(string, int, int)>
        {
            ("ELF header", 0, 64 + 56 * 8),
            ("function table header", (int)pcln.FileOffset, PclnHeader.Size),
            ("function index", (int)pcln.FileOffset + pcln.Header.Functions, 8 * pcln.Header.FunctionCount),
            ("function records", (int)pcln.FileOffset + pcln.Header.Functions + 8 * pcln.Header.FunctionCount, 200_000),
            ("pc tables", (int)pcln.FileOffset + pcln.Header.PcTables, pcln.Header.Functions - pcln.Header.PcTables),
            ("files", (int)pcln.FileOffset + pcln.Header.CompileUnits, pcln.Header.PcTables - pcln.Header.CompileUnits),
            ("names", (int)pcln.FileOffset + pcln.Header.Names, pcln.Header.CompileUnits - pcln.Header.Names),
        };
        void Add(string name, ulong address, int size)
        {
            Assert.True(image.TryLocate(address, out var offset, out _), name);
            regions.Add((name, (int)offset, size));
        }
        Add("module data", binary.Module.Address, ModuleLayout.Words * 8);
        Add("types", binary.Module.Types, (int)(binary.Module.ETypes - binary.Module.Types));
        foreach (var name in Structs[..4])
        {
            Assert.True(binary.Types.TryFind(name, out var address), name);
            Add(name, address, 80);
            Assert.True(image.TryReadPointer(address + 56, out var fields));
            Add($"fields of {name}", fields, 24 * 8);
        }
        Add("text section map", TextSectionMap(image, binary), 24);
        Add("inline trees", binary.Module.GoFunc, 16_384);
        var info = binary.Elf.Section(".go.buildinfo");
        Assert.NotNull(info);
        regions.Add(("build info", (int)info.Offset, 200));
        return [.. regions.Select(r => (r.Item1, r.Item2, Math.Min(r.Item3, length - r.Item2)))];
    }

    static ulong TextSectionMap(BinaryImage image, GoBinary binary)
    {
        var layout = ModuleLayout.For(binary.Version).First();
        Assert.True(image.TryReadPointer(binary.Module.Address + 8 * (ulong)layout.TextSections, out var map));
        return map;
    }

    static void Mutate(byte[] bytes, int at, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when at + 8 <= bytes.Length:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at & ~7), Extremes[random.Next(Extremes.Length)]);
                break;
            case 3 when at + 4 <= bytes.Length:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at & ~3), (uint)Extremes[random.Next(Extremes.Length)]);
                break;
        }
    }

    /// <summary>Uses everything a reader of a live process would; true when the binary opened.</summary>
    static bool Exercise(ReadOnlyMemory<byte> bytes, Random random)
    {
        GoBinary.IsGo(ElfFile.Parse(bytes, "mutated"));
        using var binary = GoBinary.Open(ElfFile.Parse(bytes, "mutated"));
        var functions = binary.Functions;
        var cache = new FrameCache(functions);
        var frames = new List<SourceFrame>();
        for (var i = 0; i < 200; i++)
        {
            var function = functions[random.Next(functions.Count)];
            var pc = function.Entry + (ulong)random.Next(256);
            frames.Clear();
            functions.Expand(pc, isCallSite: true, frames);
            cache.TryGet(pc, out _);
            Assert.NotNull(function.Name);
            Assert.NotNull(function.File);
            _ = (function.ArgsSize, function.StartLine, function.DeferReturn, function.Flag, functions.PcData(function, random.Next(-1, 8), pc));
            functions.TryFuncData(function, random.Next(-1, 12), out _);
        }
        cache.TryGet((ulong)random.NextInt64(), out _);
        functions.FindByNames(["runtime.gopark", "main.generic[...]", "main.main"]);
        foreach (var name in Structs)
        {
            if (!binary.Layouts.TryFind(name, out var layout))
                continue;
            foreach (var path in Paths)
            {
                if (layout.TryGetField(path, out var field))
                    Assert.InRange(field.Offset, 0, layout.Size);
            }
            foreach (var field in layout.Fields)
                binary.Types.TryDescribe(field.TypeAddress, out _);
        }
        Assert.NotEmpty(GoBtf.Build(binary, Structs));
        for (var i = 0; i < 200; i++)
            binary.Types.TryGetStructAt(binary.Module.Types + 8 * (ulong)random.Next((int)Math.Min((binary.Module.ETypes - binary.Module.Types) / 8, 1 << 20)), out _);
        _ = (binary.IsCgo, binary.BuildInfo.Settings.Count, binary.CacheKey);
        return true;
    }
}
