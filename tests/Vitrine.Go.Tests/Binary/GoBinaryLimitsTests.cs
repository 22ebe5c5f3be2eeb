using System.Buffers.Binary;
using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>Each limit of <see cref="GoBinaryLimits"/> is broken once.</summary>
public class GoBinaryLimitsTests
{
    [Fact]
    public void MaxFunctions_HeaderWithMore_IsRejected()
    {
        var header = Header();
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), GoBinaryLimits.MaxFunctions + 1);

        Assert.False(PclnHeader.TryParse(header, out _, out var reason));
        Assert.Contains("functions", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void MaxFunctionTableCandidates_ManyHeaders_GivesUp()
    {
        var image = new byte[PclnHeader.Size * 8 * GoBinaryLimits.MaxFunctionTableCandidates];
        for (var at = 0; at + 512 <= image.Length; at += 512)
            Header().AsSpan(0, PclnHeader.Size).CopyTo(image.AsSpan(at));
        using var elf = ElfFile.Parse(TinyElf.Wrap(image, 0x400000, writable: false), "headers");

        Assert.Equal(GoBinaryLimits.MaxFunctionTableCandidates, PclnFinder.Find(new BinaryImage(elf), []).Count);
    }

    [Fact]
    public void MaxModuleDataCandidates_ManyPointers_GivesUp()
    {
        // Every word points to the header, none is module data: the search ends, and says so.
        var image = new byte[1 << 20];
        Header().CopyTo(image, 0);
        for (var at = 0x1000; at < image.Length; at += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), 0x400000);

        var exception = Assert.Throws<GoBinaryException>(() => GoBinary.Open(ElfFile.Parse(TinyElf.Wrap(image, 0x400000, writable: true), "pointers")));

        Assert.Contains("no module data points to it", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MaxTextSections_MapWithMore_IsNoMap()
    {
        using var elf = ElfFile.Parse(TinyElf.Wrap(new byte[4096], 0, writable: false), "zeros");
        var words = new ulong[ModuleLayout.Words];
        (words[40], words[41], words[42]) = (0, 1, 1);
        Assert.True(ModuleDataFinder.IsTextSectionMap(new BinaryImage(elf), words, 40));

        words[41] = words[42] = GoBinaryLimits.MaxTextSections + 1;
        Assert.False(ModuleDataFinder.IsTextSectionMap(new BinaryImage(elf), words, 40));
    }

    [Fact]
    public void MaxFunctionNameBytes_LongerName_IsCut()
    {
        using var hostile = Mutate((bytes, binary, pcln) =>
            bytes.AsSpan((int)pcln.FileOffset + pcln.Header.Names + 1, 2 * GoBinaryLimits.MaxFunctionNameBytes).Fill((byte)'a'));

        Assert.Equal(GoBinaryLimits.MaxFunctionNameBytes, hostile.Functions[0].Name.Length);
    }

    [Fact]
    public void MaxSameName_AllFunctionsShareOne_FindsThatMany()
    {
        // The program has fewer functions than the limit: what is broken is that each claims the same name.
        using var hostile = Mutate((bytes, binary, pcln) =>
        {
            var functions = (int)pcln.FileOffset + pcln.Header.Functions;
            for (var i = 0; i < pcln.Header.FunctionCount; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(functions + 4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(functions + 8 * i + 4))), 0);
        });

        var found = hostile.Functions.FindByName(hostile.Functions[0].Name);

        Assert.Equal(Math.Min(hostile.Functions.Count, GoBinaryLimits.MaxSameName), found.Count);
    }

    [Fact]
    public void MaxInlineDepth_TreeThatIsItsOwnParent_Ends()
    {
        SourceFrame? inlined = null;
        ulong pc = 0;
        using var hostile = Mutate((bytes, binary, pcln) =>
        {
            var frames = new List<SourceFrame>();
            for (var i = 0; inlined is null; i++)
            {
                var function = binary.Functions[i];
                for (pc = function.Entry; pc < function.End && inlined is null; pc++)
                {
                    frames.Clear();
                    binary.Functions.Expand(pc, isCallSite: false, frames);
                    if (frames.Count == 2 && binary.Functions.TryFuncData(function, InlineTrees.FuncData, out var tree))
                    {
                        inlined = frames[0];
                        var index = binary.Functions.PcData(function, InlineTrees.PcData, pc);
                        Assert.True(new BinaryImage(binary.Elf).TryLocate(tree + 16 * (ulong)index, out var offset, out _));
                        // The call site of the inlined call is the inlined call.
                        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)offset + 8), (uint)(pc - function.Entry));
                        pc--;
                    }
                }
            }
        });

        var expanded = new List<SourceFrame>();
        hostile.Functions.Expand(pc, isCallSite: false, expanded);

        Assert.Equal(GoBinaryLimits.MaxInlineDepth, expanded.Count);
        Assert.False(expanded[^1].Inlined);
    }

    [Fact]
    public void MaxTypeNameBytes_LongerName_IsInvalid()
    {
        // Varint length of 0x8001.
        var name = new byte[GoBinaryLimits.MaxTypeNameBytes + 8];
        new byte[] { 1, 0x81, 0x80, 0x02 }.CopyTo(name, 0);
        Assert.False(TypeScan.TryName(name, out _, out _));

        new byte[] { 1, 0x80, 0x80, 0x02 }.CopyTo(name, 0);
        Assert.True(TypeScan.TryName(name, out var text, out _));
        Assert.Equal(GoBinaryLimits.MaxTypeNameBytes, text.Length);
    }

    [Fact]
    public void MaxNamedTypes_RegionWithMore_IndexesThatMany()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var module = program.Binary.Module;
        Assert.True(new BinaryImage(program.Binary.Elf).TryRaw(module.Types, out var region));

        Assert.Equal(5, TypeIndex.Build(region[..(int)(module.ETypes - module.Types)], limit: 5).Count);
    }

    [Fact]
    public void MaxFields_StructWithMore_IsNotFound()
    {
        using var hostile = Mutate((bytes, binary, pcln) =>
        {
            Assert.True(binary.Types.TryFind("main.point", out var point));
            Assert.True(new BinaryImage(binary.Elf).TryLocate(point + 64, out var offset, out _));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)offset), GoBinaryLimits.MaxFields + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)offset + 8), GoBinaryLimits.MaxFields + 1);
        });

        Assert.False(hostile.Types.TryGetStruct("main.point", out _));
        Assert.True(hostile.Types.TryGetStruct("main.shape", out _));
    }

    [Fact]
    public void MaxEmbeddedStructs_LayoutThatEmbedsItself_Ends()
    {
        StructLayout? self = null;
        self = new StructLayout("t", 8, LayoutSource.Table, [new StructField("t", 0, 8, "t", GoKind.Struct, 1, 0, Embedded: true)], _ => self);
        var visits = 0;
        var counting = new StructLayout("u", 8, LayoutSource.Table, self.Fields, _ =>
        {
            visits++;
            return self;
        });

        Assert.Null(counting.OffsetOf("nowhere"));
        Assert.InRange(visits, 1, GoBinaryLimits.MaxEmbeddedStructs);
    }

    [Fact]
    public void MaxKeptPaths_MorePaths_StillResolve()
    {
        var layout = new StructLayout("t", 80_000, LayoutSource.Table, [new StructField("a", 0, 80_000, "[10000]uint64", GoKind.Array, 1, 10_000, Embedded: false)], _ => null);

        for (var i = 0; i < 10_000; i++)
            Assert.Equal(8 * i, layout.OffsetOf($"a[{i}]"));
    }

    [Fact]
    public void MaxBuildInfoBytes_LongerText_IsNoBuildInfo()
    {
        var blob = new byte[GoBinaryLimits.MaxBuildInfoBytes + 128];
        new byte[] { 0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a, 8, 2 }.CopyTo(blob, 0);
        "\bgo1.26.1"u8.CopyTo(blob.AsSpan(32));
        // 16 MiB and one byte, as a variable-length number.
        new byte[] { 0x81, 0x80, 0x80, 0x08 }.CopyTo(blob, 41);
        using var longer = ElfFile.Parse(TinyElf.Wrap(blob, 0x400000, writable: true), "longer");
        Assert.Null(BuildInfoReader.Read(new BinaryImage(longer)));

        blob[41] = 0x80;
        using var longest = ElfFile.Parse(TinyElf.Wrap(blob, 0x400000, writable: true), "longest");
        Assert.Equal("go1.26.1", BuildInfoReader.Read(new BinaryImage(longest))?.VersionText);
    }

    [Fact]
    public void MaxBuildInfoSearchBytes_BlobBehindIt_IsNotFound()
    {
        var image = new byte[GoBinaryLimits.MaxBuildInfoSearchBytes + 64];
        new byte[] { 0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a, 8, 2 }.CopyTo(image, GoBinaryLimits.MaxBuildInfoSearchBytes);
        using var elf = ElfFile.Parse(TinyElf.Wrap(image, 0x400000, writable: true), "far");

        Assert.Null(BuildInfoReader.Read(new BinaryImage(elf)));
    }

    [Fact]
    public void MaxBuildInfoEntries_MoreLines_AreDropped()
    {
        var text = new StringBuilder();
        for (var i = 0; i < GoBinaryLimits.MaxBuildInfoEntries + 100; i++)
            text.Append("dep\tm").Append(i).Append("\tv1\nbuild\tk").Append(i).Append("=v\n");

        var info = BuildInfoParser.Parse("go1.26", text.ToString());

        Assert.Equal((GoBinaryLimits.MaxBuildInfoEntries, GoBinaryLimits.MaxBuildInfoEntries), (info.Dependencies.Count, info.Settings.Count));
    }

    [Fact]
    public void MaxVersionLength_LongerText_IsNoVersion()
    {
        var text = "go1.26 " + new string('x', GoBinaryLimits.MaxVersionLength);

        Assert.False(GoVersion.TryParse(text, out _));
        Assert.Equal(GoBinaryLimits.MaxVersionLength, GoVersion.Unknown(text).Text.Length);
    }

    /// <summary>A header that passes: one function, tables one after the other.</summary>
    static byte[] Header()
    {
        var header = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(header, PclnHeader.Magic120);
        (header[6], header[7], header[8]) = (1, 8, 1);
        for (var i = 0; i < 5; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32 + 8 * i), (ulong)(PclnHeader.Size + 8 * i));
        Assert.True(PclnHeader.TryParse(header, out _, out _));
        return header;
    }

    static GoBinary Mutate(Action<byte[], GoBinary, PclnLocation> change)
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var bytes = File.ReadAllBytes(program.Fixture.Path);
        change(bytes, program.Binary, PclnFinder.Find(new BinaryImage(program.Binary.Elf), [])[0]);
        return GoBinary.Open(ElfFile.Parse(bytes, "mutated"));
    }
}
