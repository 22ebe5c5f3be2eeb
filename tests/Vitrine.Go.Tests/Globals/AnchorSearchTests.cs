using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Globals;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Globals;

/// <summary>What the search does when the anchors are not what the table says: less is known, nothing is wrong.</summary>
public sealed class AnchorSearchTests(AnchorSearchTests.NewestBinary newest) : IClassFixture<AnchorSearchTests.NewestBinary>
{
    readonly GoTwin _twin = newest.Twin;
    readonly AnchorTable _table = newest.Table;
    readonly GoBinaryImage _image = newest.Image;

    [Fact]
    public void Run_OneAnchorSaysSomethingElse_IsUnknownAndNamesBoth()
    {
        ulong allgs = _twin.Truth["runtime.allgs"];
        var image = new AlteredImage(_image, (name, entry, code) => name == "runtime.allgadd" ? Redirected(code, entry, allgs, 24) : code);

        GlobalFinding finding = Run(image)["runtime.allgs"];

        Assert.Equal(GlobalState.Unknown, finding.State);
        Assert.Contains("disagree", finding.Text, StringComparison.Ordinal);
        Assert.Contains("runtime.allgadd", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OneAnchorIsContradictoryInItself_IsLeftOut()
    {
        // Only the loads of the length are moved: the function's references to allgs no longer fit one address.
        ulong length = _twin.Truth["runtime.allgs"] + 8;
        var image = new AlteredImage(_image, (name, entry, code) => name == "runtime.allgadd" ? Redirected(code, entry, length, 64, single: true) : code);

        GlobalFinding finding = Run(image)["runtime.allgs"];

        Assert.Equal(GlobalState.Known, finding.State);
        Assert.Equal(_twin.Truth["runtime.allgs"], finding.Address);
        Assert.DoesNotContain("allgadd", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoAnchorInTheBinary_IsUnknownWithReason()
    {
        Dictionary<string, GlobalFinding> findings = Run(new AlteredImage(_image, (_, _, _) => null));

        Assert.All(findings.Values, finding => Assert.Equal(GlobalState.Unknown, finding.State));
        Assert.All(findings.Values, finding => Assert.NotEmpty(finding.Text));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Run_RandomlyDamagedCode_FindsNothingWrong(int seed)
    {
        var random = new Random(seed);
        var image = new AlteredImage(_image, (_, _, code) =>
        {
            if (random.Next(3) > 0) return code;
            for (int flips = 1 + random.Next(8); flips > 0 && code.Length > 0; flips--) code[random.Next(code.Length)] = (byte)random.Next(256);
            return code;
        });

        AssertNothingWrong(Run(image));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Run_AnchorsWithBodiesOfOtherAnchors_FindsNothingWrong(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. _table.Functions.Select(function => function.Name)];
        string[] others = [.. names];
        random.Shuffle(others);
        Dictionary<string, string> bodyOf = names.Zip(others).ToDictionary(pair => pair.First, pair => pair.Second);
        var image = new AlteredImage(_image, (name, entry, code) =>
            !_image.TryGetFunction(bodyOf[name], out ulong otherEntry, out ReadOnlyMemory<byte> body) ? null : Moved(body.ToArray(), otherEntry, entry));

        AssertNothingWrong(Run(image));
    }

    [Theory, MemberData(nameof(OtherMinors))]
    public void Find_TablesOfOtherVersionsOnly_GivesProvisionalAddressesAtMost(int minor)
    {
        AnchoredGlobals globals = AnchoredGlobals.Find(_image, new X64InstructionReferences(), [AnchorTables.Find(minor, "amd64")!], _table.Minor);

        Assert.All(ReadVariables.All, name => Assert.NotEqual(GlobalState.Known, globals.Find(name).State));
    }

    [Fact]
    public void For_ArchitectureWithoutDecoder_SaysWhatToDo()
    {
        IInstructionReferences decoder = InstructionReferences.For("riscv64");

        Assert.Contains("riscv64", decoder.Unsupported, StringComparison.Ordinal);
        Assert.Contains("not stripped", decoder.Unsupported, StringComparison.Ordinal);
    }

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 25));

    public static TheoryData<int> OtherMinors() => new(AnchorTables.Minors("amd64").SkipLast(1));

    Dictionary<string, GlobalFinding> Run(IAnchorImage image) =>
        _table.Symbols.Select(symbol => symbol.Name).Zip(AnchorSearch.Run(image, new X64InstructionReferences(), _table, sameVersion: true)).ToDictionary(pair => pair.First, pair => pair.Second);

    void AssertNothingWrong(Dictionary<string, GlobalFinding> findings) => Assert.All(findings, finding =>
    {
        if (finding.Value.State == GlobalState.Known)
            Assert.True(_twin.Truth[finding.Key] == finding.Value.Address, $"{finding.Key}: 0x{finding.Value.Address:x} by {finding.Value.Text}");
    });

    // Adds to the displacement of every RIP-relative operand that names an address of [target, target + 24).
    static byte[] Redirected(byte[] code, ulong entry, ulong target, int by, bool single = false)
    {
        for (int at = 0; at + 4 <= code.Length; at++)
        {
            int displacement = BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));
            // The operand's bytes end the instruction, or an immediate of one to four bytes follows.
            ulong named = entry + (ulong)at + 4 + (ulong)(long)displacement;
            if (named < target || named >= target + (single ? 1UL : 24UL)) continue;
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), displacement + by);
            if (single) break;
            at += 3;
        }
        return code;
    }

    // Code that is copied elsewhere names other addresses: its displacements are corrected, as if the compiler had put it there.
    byte[] Moved(byte[] code, ulong from, ulong to)
    {
        int by = (int)(from - to);
        for (int at = 0; at + 4 <= code.Length; at++)
        {
            int displacement = BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));
            if (_image.AreaOf(from + (ulong)at + 4 + (ulong)(long)displacement) is null or DataArea.Other) continue;
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), displacement + by);
            at += 3;
        }
        return code;
    }

    /// <summary>A stripped binary of the newest version, opened once for all tests.</summary>
    public sealed class NewestBinary : IDisposable
    {
        readonly GoBinary _binary;

        public NewestBinary()
        {
            Twin = GoTwin.Build(GoToolchain.Newest, TwinFlavour.Plain);
            _binary = GoBinary.Open(ElfFile.Open(Twin.Stripped));
            Table = AnchorTables.Find(_binary.Version.Minor, "amd64")!;
            Image = GoBinaryImage.Open(_binary, [Table]);
        }

        public GoTwin Twin { get; }

        internal AnchorTable Table { get; }

        internal GoBinaryImage Image { get; }

        public void Dispose() => _binary.Dispose();
    }
}
