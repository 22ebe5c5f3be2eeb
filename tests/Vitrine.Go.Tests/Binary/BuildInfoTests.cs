using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

public class BuildInfoTests
{
    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void BuildInfo_OfABinary_EqualsGoVersionM(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var info = program.Binary.BuildInfo;

        // "go version -m FILE": the first line is "FILE: VERSION", then tab-separated lines.
        var lines = GoVersionM(GoToolchain.Require(GoToolchain.Newest), program.Fixture.Path);

        Assert.EndsWith(": " + info.VersionText, lines[0], StringComparison.Ordinal);
        Assert.Contains($"\tpath\t{info.MainPath}", lines);
        Assert.Contains($"\tmod\t{info.ModulePath}\t{info.ModuleVersion}\t", lines);
        var settings = lines.Where(line => line.StartsWith("\tbuild\t", StringComparison.Ordinal)).ToList();
        Assert.Equal(settings.Count, info.Settings.Count);
        foreach (var (key, value) in info.Settings)
            Assert.Contains(settings, line => line == $"\tbuild\t{key}={value}" || line == $"\tbuild\t{key}=\"{value}\"");
        Assert.Equal("amd64", info.Settings["GOARCH"]);
        Assert.Equal(flavour == GoFlavour.Cgo ? "1" : "0", info.Settings["CGO_ENABLED"]);
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void IsGo_FixturesAndOthers_TellsThemApart(string version, GoFlavour flavour)
    {
        var fixture = GoFixture.Build(version, flavour, "symbols");
        using var go = ElfFile.Open(fixture.Path);
        using var other = ElfFile.Open("/proc/self/exe");

        Assert.True(GoBinary.IsGo(go));
        Assert.False(GoBinary.IsGo(other));
        Assert.Throws<NotGoException>(() => GoBinary.Open(ElfFile.Open("/proc/self/exe")));
    }

    [Fact]
    public void Parse_ModuleText_ReadsEveryKindOfLine()
    {
        const string text = "path\texample.com/cmd\nmod\texample.com\tv1.2.3\th1:x\ndep\ta.b/c\tv0.1.0\th1:y\ndep\td.e/f\tv2.0.0\n=>\t./local\tv2.0.1\th1:z\n"
            + "build\t-ldflags=\"-s -w -X main.v=\\\"1\\\"\"\nbuild\tCGO_ENABLED=1\nbuild\tvcs.revision=abc\nbuild\tnonsense\nfuture\tline\n";

        var info = BuildInfoParser.Parse("go1.26.1", text);

        Assert.Equal(("example.com/cmd", "example.com", "v1.2.3"), (info.MainPath, info.ModulePath, info.ModuleVersion));
        Assert.Equal([new ModuleDependency("a.b/c", "v0.1.0", null), new ModuleDependency("./local", "v2.0.1", "d.e/f")], info.Dependencies);
        Assert.Equal(3, info.Settings.Count);
        Assert.Equal("-s -w -X main.v=\"1\"", info.Settings["-ldflags"]);
        Assert.Equal("abc", info.Settings["vcs.revision"]);
    }

    [Fact]
    public void Parse_AnyText_NeverThrows() =>
        Prop.ForAll<string, string>((version, text) => Assert.NotNull(BuildInfoParser.Parse(version ?? "", "build\t" + text + "\n=>\tx\ty\ndep\t" + text).Version))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Read_PointerFormOfGo117_FollowsTheStringHeaders()
    {
        // A writable segment with the blob of Go 1.13 to 1.17: pointers to Go strings instead of the strings.
        var image = new byte[0x1000];
        const ulong start = 0x400000;
        new byte[] { 0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a, 8, 0 }.CopyTo(image, 0x200);
        Write(image, 0x210, start + 0x300);
        Write(image, 0x218, start + 0x310);
        Write(image, 0x300, start + 0x400);
        Write(image, 0x308, 8);
        Write(image, 0x310, start + 0x500);
        var module = "0123456789abcdefpath\tx/y\nbuild\tGOARCH=amd64\n0123456789abcdef"u8;
        Write(image, 0x318, (ulong)module.Length);
        "go1.17.3"u8.CopyTo(image.AsSpan(0x400));
        module.CopyTo(image.AsSpan(0x500));

        using var elf = ElfFile.Parse(TinyElf.Wrap(image, start, writable: true), "blob");
        var info = BuildInfoReader.Read(new BinaryImage(elf));

        Assert.NotNull(info);
        Assert.Equal(("go1.17.3", "x/y", "amd64"), (info.VersionText, info.MainPath, info.Settings["GOARCH"]));
    }

    static void Write(byte[] image, int at, ulong value) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), value);

    static List<string> GoVersionM(GoToolchain toolchain, string path)
    {
        var start = new ProcessStartInfo(toolchain.Go, ["version", "-m", path]) { RedirectStandardOutput = true };
        foreach (var (name, value) in toolchain.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
