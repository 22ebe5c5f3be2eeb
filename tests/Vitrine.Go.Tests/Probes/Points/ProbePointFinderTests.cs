using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Points;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Points;

public class ProbePointFinderTests
{
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Entry_OfRuntimeFunctions_LiesBehindTheStackCheck(string version)
    {
        using var binary = Open(version);
        var finder = new ProbePointFinder(binary);

        foreach (var name in new[] { "runtime.gopark", "runtime.ready", "runtime.mallocgc", "runtime.gcAssistAlloc", "runtime.stopTheWorldWithSema", "runtime.gopanic" })
        {
            Assert.True(finder.TryEntry(name, out var point, out var reason), $"{name}: {reason}");
            Assert.Equal(0, point.SpDelta);
            // Frames are made by a push from Go 1.21 on; before, the instruction behind the stack check has to be single-stepped.
            Assert.Equal(version == "1.19" ? ProbeMechanism.SingleStepped : ProbeMechanism.Emulated, point.Mechanism);
            Assert.StartsWith(version == "1.19" ? "sub rsp" : "push rbp", point.Instruction, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Entry_WithStackCheckAllowed_IsAlwaysEmulatedForAFrame(string version)
    {
        using var binary = Open(version);
        var finder = new ProbePointFinder(binary);
        Assert.True(finder.TryBodies("runtime.gopark", out var bodies, out _));

        Assert.True(finder.TryEntry(Assert.Single(bodies), out var point, out _, allowStackCheck: true));

        Assert.Equal(ProbeMechanism.Emulated, point.Mechanism);
        Assert.Equal(version == "1.19", point.IsStackCheck);
        Assert.StartsWith(version == "1.19" ? "jbe" : "push rbp", point.Instruction, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Bodies_OfNamesThatOccurTwice_AreNotTheWrappers(string version)
    {
        using var binary = Open(version);
        var finder = new ProbePointFinder(binary);
        var twice = 0;
        // Assembly called from Go, and Go called from assembly.
        foreach (var name in new[] { "runtime.systemstack", "runtime.newproc", "runtime.newstack", "runtime.sigtrampgo", "runtime.exitsyscall", "runtime.asmcgocall", "runtime.gogo", "runtime.mcall" })
        {
            if (!finder.TryBodies(name, out var bodies, out _)) continue;
            Assert.NotEqual(GoFuncId.Wrapper, Assert.Single(bodies).FuncId);
            if (binary.Functions.FindByName(name).Count > 1) twice++;
        }
        Assert.True(twice > 0);
    }

    [Fact]
    public void TryEntry_OfAFunctionWithoutABody_SaysWhy()
    {
        using var binary = Open("1.27");
        var finder = new ProbePointFinder(binary);

        Assert.False(finder.TryEntry("runtime.noSuchFunction", out _, out var absent));
        Assert.Equal("not in this binary", absent);
        // A one-line function that the compiler always inlines.
        Assert.False(finder.TryEntry("runtime.getMCache", out _, out var inlined));
        Assert.StartsWith("inlined everywhere", inlined, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void AfterCall_OfGopark_IsBehindTheCallAndInsideTheCaller(string version)
    {
        using var binary = Open(version);
        var finder = new ProbePointFinder(binary);
        var truth = Disassembly.Of(GoFixture.Build(version, GoFlavour.Plain, "symbols").Path);
        var gopark = binary.Functions.FindByName("runtime.gopark").Select(f => f.Entry).ToList();

        foreach (var caller in new[] { "runtime.chansend", "runtime.chanrecv", "runtime.semacquire1" })
        {
            Assert.True(finder.TryAfterCall(caller, "runtime.gopark", out var points, out var reason), $"{caller}: {reason}");
            var body = binary.Functions.FindByName(caller)[0];
            var calls = truth.Instructions.Where(i => i.Key >= body.Entry && i.Key < body.End && i.Value.Text.StartsWith("call ", StringComparison.Ordinal)
                && gopark.Any(entry => i.Value.Text.Contains($"{entry:x} <", StringComparison.Ordinal))).Select(i => i.Key).ToList();
            Assert.Equal(calls.Count, points.Count);
            Assert.True(finder.TryCalls(caller, "runtime.gopark", out var onCalls, out reason), reason);
            Assert.Equal(calls, onCalls.Select(point => point.Address));
            Assert.All(onCalls, point => Assert.Equal(ProbeMechanism.Emulated, point.Mechanism));
            foreach (var (call, point) in calls.Zip(points))
            {
                // Nothing between the call and the point leads elsewhere.
                var between = truth.Instructions.Where(i => i.Key > call && i.Key < point.Address).Select(i => i.Value.Text).ToList();
                Assert.InRange(point.Address, call + 5, call + 200);
                Assert.DoesNotContain(between, text => text[0] == 'j' || text.StartsWith("call", StringComparison.Ordinal) || text == "ret");
                Assert.True(point.SpDelta > 0);
            }
        }
        Assert.False(finder.TryAfterCall("runtime.gopark", "runtime.chansend", out _, out var none));
        Assert.StartsWith("does not call runtime.chansend", none, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.24")]
    [InlineData("1.27")]
    public void CallSites_OfAFunction_AreAllCallsOfTheDisassembler(string version)
    {
        using var binary = Open(version);
        var finder = new ProbePointFinder(binary);
        var truth = Disassembly.Of(GoFixture.Build(version, GoFlavour.Plain, "symbols").Path);
        var returns = truth.Instructions.Where(i => i.Value.Text.StartsWith("call   ", StringComparison.Ordinal))
            .Select(i => (Target: i.Value.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], Behind: i.Key + (ulong)i.Value.Bytes.Length))
            .ToLookup(call => call.Target, call => call.Behind);
        var complete = 0;

        for (var i = 0; i < binary.Functions.Count; i++)
        {
            var function = binary.Functions[i];
            if (!finder.TryCallSites([function], out var sites, out _)) continue;
            complete++;
            Assert.Equal(returns[function.Entry.ToString("x", System.Globalization.CultureInfo.InvariantCulture)], sites.Select(site => site.ReturnAddress));
            Assert.All(sites, site => Assert.True(site.After.Address >= site.ReturnAddress && site.After is { Mechanism: ProbeMechanism.Emulated, IsShared: false }));
            if (complete == 100) break;
        }
        Assert.Equal(100, complete);
    }

    [Theory]
    [InlineData("runtime.gopark", "runtime.gopark")]
    [InlineData("os.(*File).Write", "os.(*File).Write")]
    [InlineData("runtime.gopar?", "runtime.gopark")]
    [InlineData("os.(*File).Wr*e", "os.(*File).Write")]
    [InlineData("/^runtime\\.gopark$/", "runtime.gopark")]
    [InlineData("runtime.no*Such*Function", "")]
    [InlineData("runtime.noSuchFunction", "")]
    public void Match_NamesGlobsAndExpressions(string pattern, string expected)
    {
        using var binary = Open("1.27");

        var names = new ProbePointFinder(binary).Match(pattern).Select(f => f.Name).Distinct();

        Assert.Equal(expected, string.Join(' ', names));
    }

    [Theory]
    [InlineData("runtime.*", "matches more than 64 functions")]
    [InlineData("/(/", "no valid regular expression")]
    [InlineData("/(.+)+(.+)+(.+)+(.+)+(.+)+\\d\\d\\d\\d$/", "needs more than")]
    public void Match_OfABadPattern_SaysWhatIsWrong(string pattern, string message)
    {
        using var binary = Open("1.27");

        var error = Assert.Throws<InvalidOptionException>(() => new ProbePointFinder(binary).Match(pattern));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    static GoBinary Open(string version) => GoBinary.Open(ElfFile.Open(GoFixture.Build(version, GoFlavour.Plain, "symbols").Path));
}
