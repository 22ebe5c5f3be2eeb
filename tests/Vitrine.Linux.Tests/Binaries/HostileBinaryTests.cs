using System.Buffers.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Binaries;

/// <summary>Damaged and adversarial binaries: a clear error or a result, in bounded time and memory; never another exception, a crash or a hang.</summary>
public sealed class HostileBinaryTests
{
    // Small, so that each variant is tried in milliseconds; what they bound is tested one by one elsewhere.
    static readonly Limits Small = new()
    {
        MaxDecompressedSectionBytes = 8 << 20, MaxDwarfEntries = 300_000, MaxSymbols = 100_000, MaxRelocations = 100_000, MaxNotes = 1000, MaxSegments = 10_000, MaxSections = 10_000,
    };

    public static TheoryData<string> Seeds() => [.. new[] { "c-dwarf5", "c-dwarf4-zlib", "c-pie", "go-pie-head", "core" }];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Truncated_AtAnyPlace_IsAnErrorOrAResult(string seed)
    {
        var bytes = Seed(seed);
        var random = new Random(1);
        for (var i = 0; i < 150; i++)
            Use(bytes.AsMemory(0, i < 70 ? i : random.Next(bytes.Length)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void BitsFlipped_Anywhere_IsAnErrorOrAResult(string seed)
    {
        var original = Seed(seed);
        var random = new Random(2);
        for (var i = 0; i < 400; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var flips = random.Next(1, 20); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Use(bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void HeadersOverwritten_WithExtremeNumbers_IsAnErrorOrAResult(string seed)
    {
        ulong[] extremes = [0, 1, 7, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue, ulong.MaxValue - 7, ulong.MaxValue - 0xfff];
        var original = Seed(seed);
        var places = InterestingPlaces(original);
        var random = new Random(3);
        Span<byte> word = stackalloc byte[8];
        for (var i = 0; i < 700; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = places[random.Next(places.Count)];
                var value = random.Next(3) == 0 ? (ulong)random.NextInt64() & (ulong)(bytes.Length * 2) : extremes[random.Next(extremes.Length)];
                BinaryPrimitives.WriteUInt64LittleEndian(word, value);
                word[..Math.Min(new[] { 1, 2, 4, 8 }[random.Next(4)], bytes.Length - at)].CopyTo(bytes.AsSpan(at));
            }
            Use(bytes);
        }
    }

    [Fact]
    public void ManyUnitsThatNameOneLongAbbreviationTable_AreBounded()
    {
        // 20,000 units of 11 bytes, each with its own view (offset + 1) of one table of 64 KiB: quadratic without a budget.
        var abbreviations = new byte[65_536];
        Array.Fill(abbreviations, (byte)0x81);
        for (var i = 0; i < abbreviations.Length - 8; i += 5)
            ((ReadOnlySpan<byte>)[(byte)(1 + i % 100), 0x34, 0, 0, 0]).CopyTo(abbreviations.AsSpan(i));
        abbreviations.AsSpan(^6..).Clear();
        var info = new byte[20_000 * 12];
        for (var i = 0; i < 20_000; i++)
        {
            var unit = info.AsSpan(i * 12, 12);
            BinaryPrimitives.WriteUInt32LittleEndian(unit, 8);
            BinaryPrimitives.WriteUInt16LittleEndian(unit[4..], 4);
            BinaryPrimitives.WriteUInt32LittleEndian(unit[6..], (uint)(i * 5 % 60_000));
            unit[10] = 8;
        }
        using var elf = ElfFile.Parse(ElfBuilder.Build((".debug_info", info), (".debug_abbrev", abbreviations)), "quadratic");
        var types = DwarfTypes.TryOpen(elf, new Limits { MaxDwarfEntries = 1_000_000 })!;
        Assert.Throws<BadBinaryException>(() => types.TryGetStruct("x", out _));
    }

    [Fact]
    public void TypesThatReferToThemselves_EndAndAreUnknown()
    {
        // typedef t of itself; pointer p without a name to itself; array a of arrays of itself; struct s with a field of each.
        byte[] abbreviations =
        [
            1, 0x11, 1, 0, 0,
            2, 0x16, 0, 0x03, 0x08, 0x49, 0x13, 0, 0,
            3, 0x26, 0, 0x49, 0x13, 0, 0,
            4, 0x13, 1, 0x03, 0x08, 0, 0,
            5, 0x0d, 0, 0x03, 0x08, 0x49, 0x13, 0, 0,
            0,
        ];
        byte[] body =
        [
            1,                              // 11: unit
            2, (byte)'t', 0, 12, 0, 0, 0,   // 12: typedef t → 12
            3, 19, 0, 0, 0,                 // 19: const → 19
            4, (byte)'s', 0,                // 24: struct s
            5, (byte)'a', 0, 12, 0, 0, 0,   //     a: t
            5, (byte)'b', 0, 19, 0, 0, 0,   //     b: const …
            5, (byte)'c', 0, 99, 0, 0, 0,   //     c: nothing
            0, 0,
        ];
        var info = new byte[11 + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(info, (uint)(info.Length - 4));
        info[4] = 4;
        info[10] = 8;
        body.CopyTo(info, 11);
        using var elf = ElfFile.Parse(ElfBuilder.Build((".debug_info", info), (".debug_abbrev", abbreviations)), "loops");
        var types = DwarfTypes.TryOpen(elf)!;
        Assert.False(types.TryGetStruct("t", out _));

        Assert.True(types.TryGetStruct("s", out var layout));
        Assert.Equal([-1L, -1L, -1L], layout.Fields.Select(f => f.Size));

        // A reference into the header of the unit is damage.
        info[^6] = 5;
        using var second = ElfFile.Parse(ElfBuilder.Build((".debug_info", info), (".debug_abbrev", abbreviations)), "loops");
        Assert.Contains("reference", Assert.Throws<BadBinaryException>(() => DwarfTypes.TryOpen(second)!.TryGetStruct("s", out _)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxSections")]
    [InlineData("MaxSegments")]
    [InlineData("MaxSymbols")]
    [InlineData("MaxNotes")]
    [InlineData("MaxSymbolNameBytes")]
    public void AnyElfLimit_Exceeded_IsAClearErrorThatNamesIt(string limit)
    {
        var limits = limit switch
        {
            "MaxSections" => new Limits { MaxSections = 3 },
            "MaxSegments" => new Limits { MaxSegments = 2 },
            "MaxSymbols" => new Limits { MaxSymbols = 10 },
            "MaxSymbolNameBytes" => new Limits { MaxSymbolNameBytes = 1000 },
            _ => new Limits { MaxNotes = 1 },
        };
        var path = GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain).Path;
        var error = Assert.Throws<BadBinaryException>(() =>
        {
            using var elf = ElfFile.Open(path, limits);
            _ = limit is "MaxSymbols" or "MaxSymbolNameBytes" ? elf.Symbols.Count() : elf.BuildId?.Length;
        });
        Assert.Contains("Limits." + limit, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesLongerThanTheLimit_ReadAsEmpty()
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain).Path, new Limits { MaxNameBytes = 4 });
        Assert.All(elf.Symbols, s => Assert.True(s.Name.Length < 4));
        Assert.All(elf.Sections, s => Assert.True(s.Name.Length < 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Limits_WithANonsensicalValue_Throw(int value) => Assert.Throws<ArgumentOutOfRangeException>(() => new Limits { MaxSections = value });

    static byte[] Seed(string name)
    {
        const string source = """
            struct inner { char c; double d; }; typedef struct { struct inner i[4]; int *p; } outer_t; outer_t global; int *const pointer = &((int *)&global)[3];
            int main(void) { return global.i[1].c; }
            """;
        switch (name)
        {
            case "c-dwarf5":
                return Compile("-g", "-gdwarf-5", "-gz=none");
            case "c-dwarf4-zlib":
                return Compile("-g", "-gdwarf-4", "-gz=zlib");
            case "c-pie":
                return Compile("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
            case "go-pie-head":
                return File.ReadAllBytes(GoFixture.Build(GoToolchain.Newest, GoFlavour.Pie).Path)[..400_000];
            default:
                return ElfBuilder.Core();
        }

        byte[] Compile(params string[] flags)
        {
            using var program = new CProgram(source, flags);
            return File.ReadAllBytes(program.Path);
        }
    }

    /// <summary>Headers, tables and debug sections: where a change does most harm.</summary>
    static List<int> InterestingPlaces(byte[] bytes)
    {
        var places = new HashSet<int>();
        Add(0, 64);
        Add((long)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(32)), 56 * 16);
        Add((long)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(40)), 64 * 40);
        try
        {
            using var elf = ElfFile.Parse(bytes, "seed");
            foreach (var section in elf.Sections.Where(s => s.Name.StartsWith(".debug", StringComparison.Ordinal) || s.Name is ".dynamic" or ".rela.dyn" or ".symtab" or ".dynsym"))
                Add((long)section.Offset, (int)Math.Min(section.Size, 3000));
            foreach (var segment in elf.Segments.Where(s => s.Type is ElfSegment.Note or ElfSegment.Dynamic))
                Add((long)segment.Offset, (int)Math.Min(segment.FileSize, 3000));
        }
        catch (BadBinaryException)
        {
            // A seed cut on purpose: its headers are enough.
        }
        return [.. places.Order()];

        void Add(long start, int length)
        {
            for (var i = start; i < start + length; i++)
            {
                if (i >= 0 && i < bytes.Length - 8)
                    places.Add((int)i);
            }
        }
    }

    /// <summary>Everything that Vitrine does with a binary.</summary>
    static void Use(ReadOnlyMemory<byte> bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var elf = ElfFile.Parse(bytes, "hostile", Small);
            _ = Attempt(() => elf.BuildId);
            _ = Attempt(() => elf.GoBuildId);
            Attempt(() => elf.Symbols.Take(50).Count());
            Attempt(() => elf.TryGetSymbol("main", out _));
            foreach (var section in elf.Sections.Take(60))
                Attempt(() => elf.Contents(section).Length);
            var buffer = new byte[256];
            foreach (var segment in elf.Segments.Take(30))
            {
                Attempt(() => elf.Memory.Read(segment.Address, buffer));
                Attempt(() => elf.Memory.Read(unchecked(segment.Address + segment.MemorySize - 10), buffer));
            }
            Attempt(() =>
            {
                var types = DwarfTypes.TryOpen(elf);
                return types is null ? 0 : (types.TryGetStruct("outer_t", out _) ? 1 : 0) + (types.TryGetVariable("global", out _, out _) ? 1 : 0);
            });
            if (elf.Type == ElfType.Core)
            {
                Attempt(() =>
                {
                    using var core = CoreMemory.Parse(bytes, "hostile", Small, _ => null);
                    return core.Read(0x400000, buffer) + core.Read(ulong.MaxValue - 4, buffer) + core.Threads.Count;
                });
            }
        }
        catch (BadBinaryException e)
        {
            Assert.StartsWith("hostile", e.Message, StringComparison.Ordinal);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 20);

        static T? Attempt<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (BadBinaryException)
            {
                return default;
            }
        }
    }
}
