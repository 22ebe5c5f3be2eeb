using System.Globalization;
using Vitrine.Go.Globals;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Globals;

/// <summary>The second stage: addresses checked in the memory of running, stripped processes.</summary>
public class GlobalsLiveTests
{
    static readonly string[] s_confirmed =
    [
        "runtime.allgs", "runtime.allglen", "runtime.allgptr", "runtime.allm", "runtime.allp", "runtime.gomaxprocs", "runtime.sched",
        "runtime.memstats", "runtime.mheap_", "runtime.gcController", "runtime.waitReasonStrings",
    ];

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Confirm_RunningTarget_AgreesWithWhatTheTargetSays(string version, GoFlavour flavour)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, flavour));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        RuntimeGlobals globals = RuntimeGlobals.Find(target.Binary).Confirm(target.Memory, target.Bias);

        Assert.All(s_confirmed, name =>
        {
            Known<ulong> address = globals.Address(name);
            Assert.True(address.IsKnown, $"{name}: {address.Reason}");
            Assert.Contains("confirmed in memory", address.Provenance.Route, StringComparison.Ordinal);
        });
        Assert.All(ReadVariables.All, name => Assert.DoesNotContain("contradicts", globals.Address(name).Reason, StringComparison.Ordinal));

        IReadOnlyDictionary<string, string> said = truth.MemStats();
        Assert.True(target.Memory.TryReadUInt32(globals.Address("runtime.gomaxprocs").Value + target.Bias, out uint gomaxprocs));
        Assert.Equal(uint.Parse(said["GOMAXPROCS"], CultureInfo.InvariantCulture), gomaxprocs);
        Assert.True(target.Memory.TryReadUInt64(globals.Address("runtime.allglen").Value + target.Bias, out ulong goroutines));
        Assert.True(goroutines >= ulong.Parse(said["NumGoroutine"], CultureInfo.InvariantCulture), "allgs holds every goroutine, the dead ones too");
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Confirm_UnoptimisedStrippedTarget_FindsGoroutinesAndHeapAndNothingWrong(string version)
    {
        GoTwin twin = GoTwin.Build(version, TwinFlavour.Unoptimised);
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Plain), new TruthOptions { Executable = twin.Stripped });
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        RuntimeGlobals globals = RuntimeGlobals.Find(target.Binary).Confirm(target.Memory, target.Bias);

        foreach (string name in ReadVariables.All)
            if (globals.Address(name).TryGet(out ulong address)) Assert.Equal(twin.Truth[name], address);
        // Most anchors look different without inlining; what memory can confirm is still there.
        Assert.All(new[] { "runtime.allgs", "runtime.allp", "runtime.allm", "runtime.gomaxprocs", "runtime.sched", "runtime.memstats", "runtime.mheap_", "runtime.gcController", "runtime.waitReasonStrings" },
            name => Assert.True(globals.Address(name).IsKnown, $"{name}: {globals.Address(name).Reason}"));
    }

    [FullRunOnly("Debian servers")]
    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Confirm_DebianServer_FindsWhatTheReadersNeed(string name)
    {
        using DebianServer server = DebianServer.Start(name);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        RuntimeGlobals globals = RuntimeGlobals.Find(target.Binary).Confirm(target.Memory, target.Bias);

        Assert.All(ReadVariables.Required, variable => Assert.True(globals.Address(variable).IsKnown, $"{variable}: {globals.Address(variable).Reason}"));
        Assert.All(s_confirmed, variable => Assert.Contains("confirmed in memory", globals.Address(variable).Provenance.Route, StringComparison.Ordinal));
        Assert.All(ReadVariables.All, variable => Assert.DoesNotContain("contradicts", globals.Address(variable).Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Confirm_MemoryOfAnotherProgram_ContradictsInsteadOfBelieving()
    {
        GoTwin twin = GoTwin.Build(GoToolchain.Newest, TwinFlavour.Plain);
        using var binary = Vitrine.Go.Binary.GoBinary.Open(Vitrine.Linux.Binaries.ElfFile.Open(twin.Stripped));

        // The file's own image as memory: a runtime that never started. Nothing in it is a list of goroutines, threads or processors.
        RuntimeGlobals globals = RuntimeGlobals.Find(binary).Confirm(binary.Memory, 0);

        Assert.All(new[] { "runtime.allgs", "runtime.allglen", "runtime.allm", "runtime.allp", "runtime.sched", "runtime.mheap_" },
            name => Assert.Contains("contradicts", globals.Address(name).Reason, StringComparison.Ordinal));
        Assert.True(globals.Address("runtime.waitReasonStrings").IsKnown, "the texts are in the file");
    }
}
