using Vitrine.Linux.Binaries;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Binaries;

public sealed class DwarfTypesTests
{
    const string CSource = """
        #include <stdint.h>
        enum colour { RED, GREEN };
        typedef struct inner { char c; double d; } inner_t;
        union number { int i; float f; char bytes[12]; };
        struct outer {
            int8_t small; inner_t one; struct inner many[3]; const volatile struct outer *next; union number n; enum colour colour;
            unsigned flag : 3; unsigned other : 7; int matrix[2][5]; void (*call)(int); struct { int x, y; } point; char flexible[];
        };
        typedef struct { uint64_t a, b; } anonymous_t;
        struct outer global_outer;
        static anonymous_t hidden[4];
        int counter = 3;
        __thread int per_thread;
        extern int later;
        int later = 4;
        int main(void) { return global_outer.small + (int)hidden[1].a + counter + per_thread + later; }
        """;

    [Theory]
    [InlineData("1.19", GoFlavour.Plain)]
    [InlineData("1.24", GoFlavour.Plain)]
    [InlineData("1.26", GoFlavour.Plain)]
    [InlineData("1.27", GoFlavour.Plain)]
    [InlineData("1.26", GoFlavour.Cgo)]
    public void GoBinary_EveryStructAndVariable_EqualsGosOwnReader(string version, GoFlavour flavour)
    {
        var path = GoFixture.Build(version, flavour).Path;
        var (structs, variables) = GoDwarf.Read(path);
        using var elf = ElfFile.Open(path);
        var types = DwarfTypes.TryOpen(elf)!;
        Assert.True(structs.Count > 500);
        foreach (var group in structs.GroupBy(s => s.Name))
        {
            Assert.True(types.TryGetStruct(group.Key, out var found), group.Key);
            Assert.Contains(group, truth => truth.Size == found.Size && truth.Fields.SequenceEqual(found.Fields.Select(f => (f.Name, f.Offset, f.Size))));
        }

        // Go 1.25 and later write addresses through .debug_addr, which the truth program does not resolve: there the symbol table is the truth.
        foreach (var group in variables.GroupBy(v => v.Name))
        {
            Assert.True(types.TryGetVariable(group.Key, out var address, out var typeName), group.Key);
            Assert.Contains((group.Key, address), group);
            Assert.NotEmpty(typeName);
        }
        foreach (var name in new[] { "runtime.allgs", "runtime.sched", "runtime.memstats", "runtime.gomaxprocs" })
        {
            Assert.True(elf.TryGetSymbol(name, out var symbol));
            Assert.True(types.TryGetVariable(name, out var address, out _));
            Assert.Equal(symbol.Address, address);
        }
        Assert.True(types.TryGetVariable("runtime.sched", out _, out var schedType));
        Assert.Equal("runtime.schedt", schedType);
        Assert.False(types.TryGetStruct("no.such.type", out _));
        Assert.False(types.TryGetVariable("no.such.variable", out _, out _));
    }

    [Theory]
    [InlineData("-gdwarf-4", "-gz=none", "")]
    [InlineData("-gdwarf-4", "-gz=zlib", "-fdebug-types-section")]
    [InlineData("-gdwarf-5", "-gz=none", "")]
    [InlineData("-gdwarf-5", "-gz=zlib", "-gdwarf64")]
    public void CBinary_Layouts_EqualTheCompilersOffsetof(string version, string compression, string extra)
    {
        using var program = new CProgram(CSource, ["-g", version, compression, "-O0", .. extra.Length > 0 ? [extra] : Array.Empty<string>()]);
        using var elf = ElfFile.Open(program.Path);
        var types = DwarfTypes.TryOpen(elf)!;
        foreach (var name in new[] { "counter", "hidden", "global_outer", "later" })
        {
            Assert.True(elf.TryGetSymbol(name, out var symbol));
            Assert.True(types.TryGetVariable(name, out var address, out _), name);
            Assert.Equal(symbol.Address, address);
        }
        Assert.False(types.TryGetVariable("per_thread", out _, out _));
        if (extra == "-fdebug-types-section")
            return; // types are in units of their own, which are not followed: unknown, and said so

        // sizeof and offsetof on x86-64, by the System V ABI.
        Assert.True(types.TryGetStruct("outer", out var outer));
        Assert.Equal(160, outer.Size);
        (string, long, long)[] expected =
        [
            ("small", 0, 1), ("one", 8, 16), ("many", 24, 48), ("next", 72, 8), ("n", 80, 12), ("colour", 92, 4), ("flag", 96, 4), ("other", 96, 4), ("matrix", 100, 40),
            ("call", 144, 8), ("point", 152, 8), ("flexible", 160, -1),
        ];
        Assert.Equal(expected.Where(e => e.Item1 is not ("flag" or "other")), outer.Fields.Select(f => (f.Name, f.Offset, f.Size)).Where(f => f.Name is not ("flag" or "other")));
        Assert.Equal("*outer", outer.Fields.Single(f => f.Name == "next").TypeName);
        Assert.Equal("[10]int", outer.Fields.Single(f => f.Name == "matrix").TypeName);
        Assert.True(types.TryGetStruct("anonymous_t", out var anonymous));
        Assert.Equal((16L, 2), (anonymous.Size, anonymous.Fields.Count));
        Assert.True(types.TryGetStruct("number", out var union));
        Assert.Equal([0L, 0L, 0L], union.Fields.Select(f => f.Offset));
        Assert.True(types.TryGetVariable("hidden", out _, out var hiddenType));
        Assert.Equal("[4]anonymous_t", hiddenType);
    }

    [Fact]
    public void TryOpen_OfStrippedBinary_IsNull()
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped).Path);
        Assert.Null(DwarfTypes.TryOpen(elf));
    }

    [Theory]
    [InlineData("MaxDwarfUnits")]
    [InlineData("MaxDwarfEntries")]
    [InlineData("MaxDwarfNames")]
    [InlineData("MaxDwarfAbbreviations")]
    [InlineData("MaxDwarfFields")]
    [InlineData("MaxDecompressedSectionBytes")]
    public void AnyLimit_Exceeded_IsAClearErrorThatNamesIt(string limit)
    {
        using var elf = ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain).Path, limit == "MaxDecompressedSectionBytes" ? new Limits { MaxDecompressedSectionBytes = 1000 } : null);
        var limits = limit switch
        {
            "MaxDwarfUnits" => new Limits { MaxDwarfUnits = 2 },
            "MaxDwarfEntries" => new Limits { MaxDwarfEntries = 1000 },
            "MaxDwarfNames" => new Limits { MaxDwarfNames = 5 },
            "MaxDwarfAbbreviations" => new Limits { MaxDwarfAbbreviations = 3 },
            "MaxDwarfFields" => new Limits { MaxDwarfFields = 4 },
            _ => elf.Limits,
        };
        var types = DwarfTypes.TryOpen(elf, limits)!;
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Contains("Limits." + limit, Assert.Throws<BadBinaryException>(() => types.TryGetStruct("runtime.g", out _)).Message, StringComparison.Ordinal);
    }
}
