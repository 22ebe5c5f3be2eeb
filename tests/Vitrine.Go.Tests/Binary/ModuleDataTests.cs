using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

public class ModuleDataTests
{
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Module_OfAnUnstrippedBinary_EqualsTheSymbols(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Plain);
        var module = program.Binary.Module;

        foreach (var (name, address) in new (string, ulong)[]
                 {
                     ("runtime.firstmoduledata", module.Address), ("runtime.text", module.Text), ("runtime.etext", module.EText),
                     ("runtime.noptrdata", module.NoPtrData), ("runtime.enoptrdata", module.ENoPtrData), ("runtime.data", module.Data), ("runtime.edata", module.EData),
                     ("runtime.bss", module.Bss), ("runtime.ebss", module.EBss), ("runtime.noptrbss", module.NoPtrBss), ("runtime.enoptrbss", module.ENoPtrBss),
                     ("runtime.types", module.Types), ("runtime.etypes", module.ETypes), ("runtime.rodata", module.RoData), ("runtime.end", module.End),
                 })
        {
            Assert.True(program.Binary.Elf.TryGetSymbol(name, out var symbol), $"{program.Fixture} has no symbol {name}");
            Assert.True(symbol.Address == address, $"{name} is 0x{symbol.Address:x}, module data says 0x{address:x}");
        }
        // go.func.* until 1.19, go:func.* since.
        Assert.Equal(GoFunc(program.Binary.Elf), module.GoFunc);
        Assert.False(module.IsDiscovered);
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void TryDiscover_KnowingNoLayout_FindsTheSameWords(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var image = new BinaryImage(program.Binary.Elf);
        var pcln = PclnFinder.Find(image, [])[0];
        var known = program.Binary.Module;
        var words = new ulong[ModuleLayout.Words];
        for (var i = 0; i < words.Length; i++)
            Assert.True(image.TryReadPointer(known.Address + 8 * (ulong)i, out words[i]));

        Assert.True(ModuleShape.TryDiscover(image, pcln, words, out var layout));

        Assert.Equal((known.Types, known.ETypes, known.GoFunc), (words[layout.Types], words[layout.ETypes], words[layout.GoFunc]));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Open_SectionHeadersRemoved_FindsTheSameTables(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        bytes.AsSpan(40, 8).Clear(); // e_shoff
        bytes.AsSpan(60, 4).Clear(); // e_shnum, e_shstrndx

        using var bare = GoBinary.Open(ElfFile.Parse(bytes, "no sections"));

        AssertSame(program.Binary, bare);
        Assert.True(GoBinary.IsGo(bare.Elf));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Open_SectionsRenamedAndVersionRemoved_StillFindsTheTables(string version, GoFlavour flavour)
    {
        // As an obfuscator leaves it: no build info, no telling section names.
        using var program = SymbolsProgram.Build(version, flavour);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        foreach (var name in new[] { "gopclntab\0", "go.module\0", "go.buildinfo\0" })
            Replace(bytes, System.Text.Encoding.ASCII.GetBytes(name));
        Replace(bytes, [0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a]);

        using var obscured = GoBinary.Open(ElfFile.Parse(bytes, "obscured"));

        Assert.False(obscured.Version.IsKnown);
        Assert.Equal(GoVersionSupport.Unknown, GoVersionWindow.Of(obscured.Version));
        AssertSame(program.Binary, obscured);
        Assert.Contains(obscured.Functions.FindByName("runtime.goexit"), f => f.FuncId == GoFuncId.GoExit);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Open_VersionFromTheFuture_WorksAndSaysSo(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Stripped);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        var text = System.Text.Encoding.ASCII.GetBytes(program.Binary.Version.Text);
        // go1.26.11 becomes go1.96.11, go1.19.8 becomes go1.99.8.
        for (var at = bytes.AsSpan().IndexOf(text); at >= 0 && at < bytes.Length; at = Next(bytes, at + 1, text))
            bytes[at + 4] = (byte)'9';

        using var future = GoBinary.Open(ElfFile.Parse(bytes, "future"));

        Assert.Equal(GoVersionSupport.TooNew, GoVersionWindow.Of(future.Version));
        Assert.Contains("install a newer vitrine", GoVersionWindow.Message(future.Version), StringComparison.Ordinal);
        AssertSame(program.Binary, future);
    }

    [Fact]
    public void Open_NoModuleDataPointsToTheTable_SaysSo()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        var image = new BinaryImage(program.Binary.Elf);
        Assert.True(image.TryLocate(program.Binary.Module.Address, out var offset, out _));
        bytes[(int)offset] ^= 0x10;

        var exception = Assert.Throws<GoBinaryException>(() => GoBinary.Open(ElfFile.Parse(bytes, "broken")));

        Assert.Contains("no module data points to it", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xfffffffbu, "Go 1.17 or older")]
    [InlineData(0xfffffff7u, "a newer vitrine")]
    public void Open_OtherTableFormat_SaysWhoIsTooOld(uint magic, string message)
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        var pcln = PclnFinder.Find(new BinaryImage(program.Binary.Elf), [])[0];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)pcln.FileOffset), magic);

        var exception = Assert.Throws<GoBinaryException>(() => GoBinary.Open(ElfFile.Parse(bytes, "other")));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextMap_SeveralSections_TranslatesBothWays()
    {
        var map = new TextMap(0x1000, [new(0, 0x100, 0x1000), new(0x100, 0x300, 0x9000)]);

        Assert.Equal(0x10ffu, map.Address(0xff));
        Assert.Equal(0x9000u, map.Address(0x100));
        Assert.Equal(0x9200u, map.Address(0x300));
        Assert.True(map.TryOffset(0x9001, out var offset) && offset == 0x101);
        Assert.True(map.TryOffset(0x1001, out offset) && offset == 1);
        Assert.False(map.TryOffset(0xfff, out _));
        Assert.False(map.TryOffset(0x1100, out _));
        Assert.False(map.TryOffset(0x9201, out _));
    }

    static void AssertSame(GoBinary expected, GoBinary actual)
    {
        Assert.Equal(expected.Module.Address, actual.Module.Address);
        Assert.Equal((expected.Module.Types, expected.Module.ETypes, expected.Module.GoFunc), (actual.Module.Types, actual.Module.ETypes, actual.Module.GoFunc));
        Assert.Equal(expected.Functions.Count, actual.Functions.Count);
        Assert.Equal(expected.Functions[expected.Functions.Count / 2].Name, actual.Functions[actual.Functions.Count / 2].Name);
        Assert.Equal(expected.Layouts.Find("runtime.g").OffsetOf("goid"), actual.Layouts.Find("runtime.g").OffsetOf("goid"));
    }

    static ulong GoFunc(ElfFile elf) =>
        elf.TryGetSymbol("go:func.*", out var symbol) || elf.TryGetSymbol("go.func.*", out symbol) ? symbol.Address : 0;

    static void Replace(byte[] bytes, byte[] what)
    {
        for (var at = bytes.AsSpan().IndexOf(what); at >= 0; at = Next(bytes, at, what))
            bytes[at] ^= 0x15;
    }

    static int Next(byte[] bytes, int from, byte[] what) => bytes.AsSpan(from).IndexOf(what) is var at and >= 0 ? from + at : -1;
}
