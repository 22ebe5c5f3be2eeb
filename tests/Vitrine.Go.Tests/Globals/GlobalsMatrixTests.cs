using Vitrine.Go.Binary;
using Vitrine.Go.Globals;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Globals;

/// <summary>Addresses found in stripped binaries against the symbols of their unstripped twins, over all versions and ways to build.</summary>
public class GlobalsMatrixTests
{
    public static TheoryData<string, TwinFlavour> All()
    {
        TheoryData<string, TwinFlavour> data = [];
        foreach (string version in GoMatrix.VersionsOfThisRun)
            foreach (TwinFlavour flavour in Enum.GetValues<TwinFlavour>())
                data.Add(version, flavour);
        return data;
    }

    [Theory, MemberData(nameof(All))]
    public void Find_StrippedBinary_EqualsTheSymbolsOfItsTwin(string version, TwinFlavour flavour)
    {
        GoTwin twin = GoTwin.Build(version, flavour);
        using GoBinary binary = GoBinary.Open(ElfFile.Open(twin.Stripped));
        Assert.True(binary.IsStripped);
        RuntimeGlobals globals = RuntimeGlobals.Find(binary);

        List<string> known = [];
        foreach (string name in ReadVariables.All)
        {
            Known<ulong> address = globals.Address(name);
            if (!address.IsKnown) continue;
            known.Add(name);
            Assert.True(twin.Truth.TryGetValue(name, out ulong truth), $"{name} does not exist in Go {version}, yet 0x{address.Value:x} was found: {address.Provenance.Route}");
            Assert.True(truth == address.Value, $"{name} is at 0x{truth:x}, not 0x{address.Value:x}: {address.Provenance.Route}");
            Assert.DoesNotContain("symbol table", address.Provenance.Route);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"Go {version} {flavour}: {known.Count} known");

        // Without optimisation an anchor may be beyond recognition: then unknown is right. Otherwise everything that is read must be there.
        if (flavour == TwinFlavour.Unoptimised) return;
        Assert.All(ReadVariables.Required, name => Assert.True(globals.Address(name).IsKnown, $"{name}: {globals.Address(name).Reason}"));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Find_BinaryWithSymbols_SaysSymbolTable(string version)
    {
        GoTwin twin = GoTwin.Build(version, TwinFlavour.Plain);
        using GoBinary binary = GoBinary.Open(ElfFile.Open(twin.Unstripped));
        RuntimeGlobals globals = RuntimeGlobals.Find(binary);

        Assert.All(ReadVariables.Required, name =>
        {
            Known<ulong> address = globals.Address(name);
            Assert.Equal(twin.Truth[name], address.Value);
            Assert.Equal("symbol table", address.Provenance.Route);
        });
    }

    // A program for arm64 cannot run here and strip does not know it, but the search for anchors never looks at symbols.
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Find_Arm64Binary_AnchorsEqualItsSymbols(string version)
    {
        string path = GoFixture.Build(version, GoFlavour.Plain, "truth", "arm64").Path;
        Dictionary<string, ulong> truth = GoTwin.Symbols(GoToolchain.Require(version), path);
        using GoBinary binary = GoBinary.Open(ElfFile.Open(path));
        AnchoredGlobals globals = AnchoredGlobals.Find(binary);

        foreach (string name in ReadVariables.All)
            if (globals.Find(name) is { State: GlobalState.Known } found) Assert.Equal((name, truth[name]), (name, found.Address));
        Assert.All(ReadVariables.Required, name => Assert.True(globals.Find(name).State == GlobalState.Known, $"{name}: {globals.Find(name).Text}"));
    }

    [Fact]
    public void Address_VariableOfAnotherVersion_IsUnknownWithReason()
    {
        GoTwin twin = GoTwin.Build(GoToolchain.Newest, TwinFlavour.Plain);
        using GoBinary binary = GoBinary.Open(ElfFile.Open(twin.Stripped));

        // runtime.class_to_size moved to internal/runtime/gc in Go 1.25.
        Known<ulong> address = RuntimeGlobals.Find(binary).Address("runtime.class_to_size");

        Assert.False(address.IsKnown);
        Assert.Contains("no anchor function", address.Reason, StringComparison.Ordinal);
    }
}
