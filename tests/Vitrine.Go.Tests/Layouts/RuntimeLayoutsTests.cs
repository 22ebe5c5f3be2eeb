using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Layouts;

/// <summary>The generated layout tables against what binaries say about themselves.</summary>
public class RuntimeLayoutsTests
{
    static readonly string[] s_versions = ["1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27"];

    public static TheoryData<string> Versions() => new(s_versions);

    [Theory, MemberData(nameof(Versions))]
    public void TryGetStruct_TestedVersion_DescribesWhatNoDescriptorDoes(string version)
    {
        GoVersion go = Version(version);
        foreach (string name in (string[])["runtime.schedt", "runtime.mheap", "runtime.mstats", "runtime.gcControllerState", "runtime.workType", "runtime.bucket", "runtime.memRecord"])
        {
            Assert.True(RuntimeLayouts.Instance.TryGetStruct(go, "amd64", name, out StructLayout? layout), name);
            Assert.Equal(LayoutSource.Table, layout.Source);
            Assert.Matches("^https://github.com/golang/go/blob/go1[.0-9]+/src/runtime/[a-z0-9_]+[.]go#L[0-9]+$", RuntimeLayouts.Instance.SourceLink(go, "amd64", name));
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public void TryGetField_NestedPath_GoesThroughStructsAndArrays(string version)
    {
        Assert.True(RuntimeLayouts.Instance.TryGetStruct(Version(version), "amd64", "runtime.mstats", out StructLayout? mstats));
        Assert.True(mstats.TryGetField("heapStats.stats[1]", out StructField second));
        Assert.True(mstats.TryGetField("heapStats.stats[1].committed", out StructField committed));
        Assert.InRange(committed.Offset, second.Offset, second.Offset + second.Size - 8);

        Assert.True(RuntimeLayouts.Instance.TryGetStruct(Version(version), "amd64", "runtime.mheap", out StructLayout? mheap));
        Assert.True(mheap.TryGetField("central", out StructField central));
        Assert.Equal(136, central.ArrayLength);
        Assert.True(mheap.TryGetField("central[135].mcentral.spanclass", out _), "a struct without a name is found through its place");
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void TryGetStruct_StructWithDescriptor_EqualsTheDescriptorOfAStrippedBinary(string version)
    {
        using GoBinary binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(version, GoFlavour.Stripped).Path));
        int compared = 0;
        foreach (string name in (string[])["runtime.g", "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "runtime.mcache", "runtime.pollDesc"])
        {
            if (!binary.Types.TryGetStruct(name, out StructLayout? described)) continue;
            Assert.True(RuntimeLayouts.Instance.TryGetStruct(binary.Version, "amd64", name, out StructLayout? recorded), name);
            Assert.Equal(described.Size, recorded.Size);
            Assert.All(recorded.Fields.Where(field => field.Name != "_"), field => Assert.Equal(described.OffsetOf(field.Name), field.Offset));
            compared++;
        }
        Assert.True(compared >= 6, $"only {compared} structs have descriptors");
    }

    [Theory, MemberData(nameof(Versions))]
    public void TryGetConstant_TestedVersion_HasTheRuntimesNumbers(string version)
    {
        GoVersion go = Version(version);
        Assert.True(RuntimeLayouts.Instance.TryGetConstant(go, "amd64", "runtime._PageSize", out long page));
        Assert.Equal(8192, page);
        Assert.True(RuntimeLayouts.Instance.TryGetConstant(go, "amd64", go.AtLeast(1, 25) ? "internal/runtime/gc.NumSizeClasses" : "runtime._NumSizeClasses", out long classes));
        Assert.Equal(68, classes);
        Assert.True(RuntimeLayouts.Instance.TryGetConstant(go, "amd64", "runtime.arenaL2Bits", out _));
        Assert.True(RuntimeLayouts.Instance.TryGetConstant(go, "arm64", "runtime.arenaBaseOffsetUintptr", out long arm64));
        Assert.Equal(0, arm64);
        Assert.True(RuntimeLayouts.Instance.TryGetConstant(go, "amd64", "runtime.arenaBaseOffsetUintptr", out long amd64));
        Assert.Equal(unchecked((long)0xffff800000000000), amd64);
    }

    [Fact]
    public void TryGetStruct_VersionBetweenTwoTables_AnswersWhereBothAgree()
    {
        GoVersion between = Version("1.20");

        Assert.True(RuntimeLayouts.Instance.TryGetStruct(between, "amd64", "runtime.memRecord", out _), "it did not change from 1.19 to 1.21");
        Assert.False(RuntimeLayouts.Instance.TryGetStruct(between, "amd64", "runtime.g", out _), "it did");
    }

    [Theory]
    [InlineData("1.18")]
    [InlineData("1.28")]
    [InlineData("2.26")]
    public void TryGetStruct_VersionOutsideTheTables_IsNotAnswered(string version)
    {
        Assert.False(RuntimeLayouts.Instance.TryGetStruct(Version(version), "amd64", "runtime.bucket", out _));
        Assert.False(RuntimeLayouts.Instance.TryGetConstant(Version(version), "amd64", "runtime._PageSize", out _));
        Assert.Null(RuntimeLayouts.Instance.SourceLink(Version(version), "amd64", "runtime.bucket"));
    }

    [Theory]
    [InlineData("struct runtime.x 8 -")]
    [InlineData("go 1.26 go1.26 amd64 https://example/\nfield a 0 8 11")]
    [InlineData("go 1.26 go1.26 amd64 https://example/\nstruct runtime.x minus -")]
    [InlineData("go 1.26 go1.26 amd64 https://example/\nbase s390x")]
    public void Read_NoTable_ThrowsFormatException(string text) =>
        Assert.Throws<FormatException>(() => LayoutTableText.Read(new StringReader(text), (_, _) => null));

    static GoVersion Version(string version) => GoVersion.TryParse($"go{version}.1", out GoVersion? parsed) ? parsed : throw new ArgumentException(version);
}
