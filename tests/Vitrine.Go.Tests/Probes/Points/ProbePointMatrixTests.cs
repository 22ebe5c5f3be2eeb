using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Points;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Points;

/// <summary>Every function of real binaries, compared with objdump.</summary>
public class ProbePointMatrixTests
{
    /// <summary>Every version, and every flavour of three of them.</summary>
    public static TheoryData<string, GoFlavour> Binaries()
    {
        var data = new TheoryData<string, GoFlavour>();
        foreach (var version in GoMatrix.VersionsOfThisRun)
        {
            foreach (var flavour in Enum.GetValues<GoFlavour>().Where(flavour => GoMatrix.IsOfThisRun(version, flavour)))
            {
                if (flavour == GoFlavour.Stripped || version is "1.19" or "1.24" or "1.27")
                    data.Add(version, flavour);
            }
        }
        return data;
    }

    [Theory, MemberData(nameof(Binaries))]
    public void Points_OfEveryFunction_AreInstructionsOfTheDisassembler(string version, GoFlavour flavour) =>
        Compare(GoFixture.Build(version, flavour, "symbols").Path, framesPush: version != "1.19");

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Points_OfADebianServer_AreInstructionsOfTheDisassembler()
    {
        var path = DebianServer.ProgramOf("prometheus-node-exporter");
        if (!File.Exists(path)) Prerequisite.Missing("prometheus-node-exporter is missing: run eng/debian-servers");
        Compare(path, framesPush: false);
    }

    static void Compare(string path, bool framesPush)
    {
        using var binary = GoBinary.Open(ElfFile.Open(path));
        var finder = new ProbePointFinder(binary);
        var truth = Disassembly.Of(path);
        var file = File.ReadAllBytes(path);
        int found = 0, emulated = 0, split = 0, withoutPoint = 0;

        for (var i = 0; i < binary.Functions.Count; i++)
        {
            var function = binary.Functions[i];
            if (!finder.TryFunction(function, out var points, out var reason))
            {
                withoutPoint++;
                Assert.StartsWith("no safe point", reason, StringComparison.Ordinal);
                continue;
            }
            found++;
            foreach (var point in points.Returns.Append(points.Entry).Concat(points.TailJumps))
            {
                Assert.True(truth.Instructions.TryGetValue(point.Address, out var instruction), $"{function.Name}: 0x{point.Address:x} is inside an instruction");
                Assert.Equal(instruction.Bytes, file.AsSpan((int)point.FileOffset, instruction.Bytes.Length));
                // What the kernel emulates, by the names of the disassembler.
                var name = instruction.Text.Split(' ')[0];
                if (point.Mechanism == ProbeMechanism.Emulated)
                    Assert.True(name is "push" or "nop" or "xchg" or "call" || name[0] == 'j', $"{function.Name}: {instruction.Text}");
                else
                    Assert.False(name is "push" or "nop" or "lock", $"{function.Name}: {instruction.Text}");
            }
            var first = truth.Returns.BinarySearch(function.Entry);
            var end = truth.Returns.BinarySearch(function.End);
            Assert.Equal(truth.Returns[(first < 0 ? ~first : first)..(end < 0 ? ~end : end)], points.Returns.Select(p => p.Address));

            if (IsSplit(truth, function))
            {
                split++;
                // The point lies behind the stack check, on the push that makes the frame.
                Assert.NotEqual(function.Entry, points.Entry.Address);
                if (points.Entry is { Mechanism: ProbeMechanism.Emulated, Instruction: "push rbp" })
                    emulated++;
                if (framesPush)
                    Assert.Equal(ProbeMechanism.Emulated, points.Entry.Mechanism);
            }
        }
        TestContext.Current.SendDiagnosticMessage($"{path}: {found} functions, {split} with a stack check, of them {emulated} on push rbp; {withoutPoint} without a point");
        Assert.True(split > binary.Functions.Count / 2);
        // Assembly that changes SP or jumps to a computed address at once (reflectcall, gogo), and loops that begin at the entry.
        Assert.True(withoutPoint < binary.Functions.Count / 30, $"{withoutPoint} of {binary.Functions.Count} without a point");
        if (framesPush)
            Assert.True(emulated > split * 99 / 100, $"{emulated} of {split}");
    }

    static bool IsSplit(Disassembly truth, GoFunction function)
    {
        // cmp rsp,[r14+0x10]; jbe
        if (!truth.Instructions.TryGetValue(function.Entry, out var first) || !first.Text.StartsWith("cmp    rsp,QWORD PTR [r14+0x1", StringComparison.Ordinal))
            return false;
        return truth.Instructions[function.Entry + (ulong)first.Bytes.Length].Text.StartsWith("jbe", StringComparison.Ordinal);
    }
}
