using System.Diagnostics;
using System.Text.RegularExpressions;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Btf;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Btf;

/// <summary>BTF against what reflection and DWARF say of the same program, with a C compiler as judge of sizes and offsets.</summary>
public sealed partial class GoBtfTests
{
    /// <summary>C names of fields (of samples/go/layouts, and one of the runtime) that are not the Go names.</summary>
    static readonly Dictionary<string, string> Renamed = new()
    {
        ["int"] = "int_", ["long"] = "long_", ["short"] = "short_", ["register"] = "register_", ["signed"] = "signed_", ["linux"] = "linux_",
        ["größe"] = "gr__e", ["π"] = "_", ["世界"] = "__", ["gr__e"] = "gr__e_2",
    };

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void BuildAll_AwkwardStructs_HaveTheSizesAndOffsetsThatReflectionTells(string version, GoFlavour flavour)
    {
        var fixture = GoFixture.Build(version, flavour, "layouts");
        using var binary = GoBinary.Open(ElfFile.Open(fixture.Path));
        using var file = new BtfFile(GoBtf.BuildAll(binary, name => name.StartsWith("main.", StringComparison.Ordinal)));

        var conditions = new List<string>();
        var current = "";
        foreach (var columns in Run(fixture.Path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            if (columns[0] == "type")
                current = CName(columns[1]);
            // Two functions have a type of this name each: see below.
            if (current == "struct go_main_local")
                continue;
            if (columns[0] == "type")
            {
                conditions.Add($"sizeof({current}) == {columns[2]}");
            }
            else if (columns[1] != "_")
            {
                var member = Renamed.GetValueOrDefault(columns[1], columns[1]);
                conditions.Add($"__builtin_offsetof({current}, {member}) == {columns[2]}");
                conditions.Add($"sizeof((({current} *)0)->{member}) == {columns[3]}");
            }
        }
        Assert.InRange(conditions.Count, 120, 1000);
        conditions.Add("sizeof(struct go_main_local) + sizeof(struct go_main_local_2) == 24");
        file.Check(conditions);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void BuildAll_Stripped_EqualsDwarfOfItsUnstrippedTwin(string version)
    {
        using var stripped = GoBinary.Open(ElfFile.Open(GoFixture.Build(version, GoFlavour.Stripped).Path));
        using var plain = ElfFile.Open(GoFixture.Build(version, GoFlavour.Plain).Path);
        var dwarf = DwarfTypes.TryOpen(plain)!;
        using var file = new BtfFile(GoBtf.BuildAll(stripped));

        var known = Types().Matches(file.Header()).Select(match => match.Groups["name"].Value).ToHashSet();
        var names = stripped.Types.NamedStructs().GroupBy(type => type.QualifiedName).Where(group => group.Count() == 1).Select(group => group.Key).Append("runtime.schedt").Append("runtime.mheap").ToList();
        var conditions = new List<string>();
        foreach (var name in names.Where(name => !name.Contains('[', StringComparison.Ordinal)))
        {
            if (!dwarf.TryGetStruct(name, out var layout) || !known.Contains(CName(name)["struct ".Length..]))
                continue;
            conditions.Add($"sizeof({CName(name)}) == {layout.Size}");
            foreach (var field in layout.Fields.Where(field => field.Name != "_" && field.Size > 0))
                conditions.Add($"__builtin_offsetof({CName(name)}, {Renamed.GetValueOrDefault(field.Name, field.Name)}) == {field.Offset} && sizeof((({CName(name)} *)0)->{Renamed.GetValueOrDefault(field.Name, field.Name)}) == {field.Size}");
        }
        Assert.InRange(conditions.Count, 1500, 50_000);
        file.Check(conditions);
    }

    [Theory]
    [InlineData("1.19", GoFlavour.Stripped, "amd64")]
    [InlineData("1.22", GoFlavour.Plain, "amd64")]
    [InlineData("1.24", GoFlavour.Pie, "amd64")]
    [InlineData("1.27", GoFlavour.Stripped, "amd64")]
    [InlineData("1.27", GoFlavour.Stripped, "arm64")]
    public void Build_Roots_FitABpfProgramByTypeAndField(string version, GoFlavour flavour, string architecture)
    {
        using var binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(version, flavour, architecture: architecture).Path));
        using var file = new BtfFile(GoBtf.Build(binary, ["runtime.g", "runtime.m", "runtime.hchan", "runtime.schedt", "nowhere.none"]));

        // The types of the fields as GoBtf promises them, in a program that was compiled without knowing the binary.
        var found = file.Relocate("""
            typedef unsigned long u64; typedef unsigned int u32;
            #pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
            struct go_runtime_stack { u64 lo; u64 hi; };
            struct go_runtime_m { struct go_runtime_g *g0; u64 procid; };
            struct go_runtime_g { struct go_runtime_stack stack; struct go_runtime_m *m; u32 atomicstatus; u64 goid; u64 schedlink; void *param; _Bool preempt; };
            struct go_runtime_schedt { u64 goidgen; u64 midle; int nmidle; u32 gcwaiting; };
            #pragma clang attribute pop
            long f(struct go_runtime_g *g, struct go_runtime_schedt *s)
            {
                return (long)__builtin_preserve_access_index(&g->stack.hi) + (long)__builtin_preserve_access_index(&g->m) + (long)__builtin_preserve_access_index(&g->atomicstatus)
                    + (long)__builtin_preserve_access_index(&g->goid) + (long)__builtin_preserve_access_index(&g->schedlink) + (long)__builtin_preserve_access_index(&g->param)
                    + (long)__builtin_preserve_access_index(&g->m->procid) + (long)__builtin_preserve_access_index(&s->goidgen) + (long)__builtin_preserve_access_index(&s->nmidle);
            }
            """.Replace("long f(", "__attribute__((section(\"uprobe\"))) long f(", StringComparison.Ordinal));

        foreach (var (type, field) in new[]
                 {
                     ("runtime.g", "atomicstatus"), ("runtime.g", "goid"), ("runtime.g", "schedlink"), ("runtime.g", "param"), ("runtime.g", "m"), ("runtime.m", "procid"),
                     ("runtime.schedt", "goidgen"), ("runtime.schedt", "nmidle"),
                 })
            Assert.Matches($"'{field}' type_id=[0-9]+ bits_offset={binary.Layouts.Find(type).RequiredOffset(field) * 8}\\b", found);
        Assert.DoesNotContain("nowhere", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_PointerToStruct_NamesItOnlyWhenItWasAskedFor()
    {
        using var binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "layouts").Path));
        using var alone = new BtfFile(GoBtf.Build(binary, ["main.kinds"]));
        using var both = new BtfFile(GoBtf.Build(binary, ["main.kinds", "main.inner"]));

        Assert.Contains("void *p;", alone.Header(), StringComparison.Ordinal);
        Assert.DoesNotContain("go_main_inner", alone.Header(), StringComparison.Ordinal);
        Assert.Contains("struct go_main_inner *p;", both.Header(), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_AtomicScalars_AreTheirScalars()
    {
        using var binary = GoBinary.Open(ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "layouts").Path));
        using var file = new BtfFile(GoBtf.Build(binary, ["main.atomics"]));

        foreach (var member in new[] { "unsigned int flag;", "int i32;", "long int i64;", "void *p;", "struct go_sync_atomic_Value value;" })
            Assert.Contains(member, file.Header(), StringComparison.Ordinal);
    }

    /// <summary>The rule, said once more in other words. Three underscores in a row become two, because libbpf reads them as the start of a comment.</summary>
    static string CName(string goName) => "struct go_" + NotC().Replace(goName, "_").Replace("___", "__", StringComparison.Ordinal);

    static string Run(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(path) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotC();

    [GeneratedRegex(@"^struct (?<name>\w+) \{", RegexOptions.Multiline)]
    private static partial Regex Types();
}
