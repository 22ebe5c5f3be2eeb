using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Layouts;

public class LayoutLadderTests
{
    [Fact]
    public void Find_StructWithDescriptor_ComesFromDescriptorsAlthoughTheTableKnowsItToo()
    {
        using var binary = Open(GoFlavour.Plain);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.g", ("goid", 1)));

        Assert.Equal(LayoutSource.TypeDescriptors, ladder.Find("runtime.g").Source);
    }

    [Fact]
    public void Find_StructWithoutDescriptor_ComesFromDwarf()
    {
        // runtime.schedt is the type of one global variable: nothing refers to its descriptor, so the linker leaves it out.
        using var binary = Open(GoFlavour.Plain);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.schedt", ("goidgen", 1)));

        var layout = ladder.Find("runtime.schedt");

        Assert.Equal(LayoutSource.Dwarf, layout.Source);
        Assert.Equal(0, layout.OffsetOf("goidgen"));
        Assert.NotNull(layout.OffsetOf("midle"));
    }

    [Fact]
    public void Find_StrippedWithoutDescriptor_ComesFromTheTable()
    {
        using var binary = Open(GoFlavour.Stripped);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.schedt", ("goidgen", 0)));

        Assert.Equal(LayoutSource.Table, ladder.Find("runtime.schedt").Source);
    }

    [Fact]
    public void Find_NoRungKnowsIt_SaysWhatEachAnswered()
    {
        using var binary = Open(GoFlavour.Stripped);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.schedt"));

        var message = Assert.Throws<GoBinaryException>(() => ladder.Find("runtime.nosuch")).Message;

        Assert.False(ladder.TryFind("runtime.nosuch", out _));
        foreach (var part in new[] { "runtime.nosuch", "no type descriptor", "no DWARF", "Vitrine's table", binary.Version.Text })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_TableDisagreesWithTheBinary_IsNotBelievedAndSaysWhy()
    {
        // A modified runtime: the table has runtime.schedt, but it also claims a runtime.g that is not this program's.
        using var binary = Open(GoFlavour.Stripped);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.schedt", ("goidgen", 0)) { Other = "runtime.g" });

        var message = Assert.Throws<GoBinaryException>(() => ladder.Find("runtime.schedt")).Message;

        Assert.Contains("is about another runtime (runtime.g: size", message, StringComparison.Ordinal);
        Assert.Equal(LayoutSource.TypeDescriptors, ladder.Find("runtime.g").Source);
    }

    [Fact]
    public void CrossCheck_TableDisagrees_IsSaid()
    {
        using var binary = Open(GoFlavour.Stripped);
        var ladder = new LayoutLadder(binary, new FakeTable("runtime.g", ("goid", 1), ("stack", 0)));

        var differences = ladder.CrossCheck("runtime.g");

        Assert.Contains(differences, text => text.Contains("runtime.g.goid", StringComparison.Ordinal) && text.Contains("1 according to Table", StringComparison.Ordinal));
        Assert.DoesNotContain(differences, text => text.Contains("runtime.g.stack:", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void CrossCheck_DescriptorsDwarfAndGeneratedTable_Agree(string version, GoFlavour flavour)
    {
        using var binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(version, flavour, "symbols").Path));

        // DWARF is there to compare with in the unstripped flavours, the generated table in all of them.
        Assert.Equal(flavour is GoFlavour.Plain or GoFlavour.Cgo, binary.Elf.HasDwarf);
        foreach (var name in new[]
                 {
                     "runtime.g", "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "runtime.mcache", "runtime.gobuf", "runtime.pollDesc",
                     "runtime._defer", "runtime._panic", "runtime.timer", "internal/poll.FD", "runtime.schedt", "runtime.mheap", "runtime.mstats", "main.shape", "time.Time",
                 })
            Assert.Equal([], binary.Layouts.CrossCheck(name));
        Assert.Null(binary.Layouts.DwarfProblem);
        Assert.Null(binary.Layouts.TableProblem);
    }

    static GoBinary Open(GoFlavour flavour) => GoBinary.Open(ElfFile.Open(GoFixture.Build(GoToolchain.Newest, flavour, "symbols").Path));

    sealed class FakeTable(string name, params (string Name, int Offset)[] fields) : ILayoutTable
    {
        public string? Other { get; init; }

        public bool TryGetStruct(GoVersion version, string architecture, string wanted, [NotNullWhen(true)] out StructLayout? layout)
        {
            layout = wanted == name || wanted == Other
                ? new StructLayout(wanted, 8, LayoutSource.Table, [.. fields.Select(f => new StructField(f.Name, f.Offset, 8, "uint64", GoKind.UInt64, 0, 0, false))], _ => null)
                : null;
            return layout is not null;
        }
    }
}
