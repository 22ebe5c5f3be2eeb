using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>A program for arm64 cannot run on the test machine, but it can be read; symbol table, call frames and DWARF tell what is right.</summary>
public class Arm64BinaryTests
{
    [Fact]
    public void Functions_OfAnArm64Program_HaveNamesAndEntriesOfTheSymbolTable()
    {
        using var binary = Open(out _);
        var symbols = binary.Elf.Symbols.Where(s => s.Type == 2 && s.IsDefined).ToLookup(s => s.Address, s => FunctionNames.ForPrint(s.Name).Replace(".abi0", "", StringComparison.Ordinal));

        Assert.Same(GoArchitecture.Arm64, binary.Machine);
        Assert.Equal("arm64", binary.BuildInfo.Settings["GOARCH"]);
        Assert.Equal(GoArchitecture.Arm64.Quantum, binary.Functions.Quantum);
        for (var i = 0; i < binary.Functions.Count; i++)
            Assert.Contains(binary.Functions[i].Name.Replace('·', '.'), symbols[binary.Functions[i].Entry]);
    }

    [Fact]
    public void SpDelta_OfAnArm64Program_EqualsTheCallFrameInformation()
    {
        using var binary = Open(out var path);

        CallFrames.AssertSame(binary, path);
    }

    [Fact]
    public void Layouts_OfAnArm64Program_AgreeWithItsDwarf()
    {
        using var binary = Open(out _);

        foreach (var name in new[] { "runtime.g", "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "main.shape" })
        {
            Assert.Equal(LayoutSource.TypeDescriptors, binary.Layouts.Find(name).Source);
            Assert.Equal([], binary.Layouts.CrossCheck(name));
        }
    }

    static GoBinary Open(out string path)
    {
        path = GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "symbols", "arm64").Path;
        return GoBinary.Open(ElfFile.Open(path));
    }
}
