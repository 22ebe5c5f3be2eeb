using System.Text;
using Vitrine.Go.Globals;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Globals;

/// <summary>A Go version that has no table: the newest table's word counts only where memory confirms it.</summary>
public sealed class FutureVersionTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-future-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Confirm_VersionWithoutTable_KnowsWhatMemoryConfirmsAndNothingElse()
    {
        GoTwin twin = GoTwin.Build(GoToolchain.Newest, TwinFlavour.Plain);
        string program = Path.Combine(_folder, "truth");
        string version = GoToolchain.Newest;
        File.Copy(twin.Stripped, program); // the copy is executable, as the original is
        File.WriteAllBytes(program, Replaced(File.ReadAllBytes(twin.Stripped), $"go{version}.", $"go1.9{version[^1]}."));

        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Plain), new TruthOptions { Executable = program });
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        Assert.Equal(90 + (version[^1] - '0'), target.Binary.Version.Minor);
        RuntimeGlobals fromFile = RuntimeGlobals.Find(target.Binary);
        RuntimeGlobals confirmed = fromFile.Confirm(target.Memory, target.Bias);

        Assert.All(ReadVariables.All, name => Assert.False(fromFile.Address(name).IsKnown, name));
        foreach (string name in ReadVariables.All)
            if (confirmed.Address(name).TryGet(out ulong address)) Assert.Equal(twin.Truth[name], address);
        Assert.All(new[] { "runtime.allgs", "runtime.allglen", "runtime.allgptr", "runtime.allm", "runtime.allp", "runtime.gomaxprocs", "runtime.waitReasonStrings" },
            name => Assert.True(confirmed.Address(name).IsKnown, $"{name}: {confirmed.Address(name).Reason}"));

        // A number of any size is a rate: nothing in memory can confirm it.
        Known<ulong> rate = confirmed.Address("runtime.MemProfileRate");
        Assert.False(rate.IsKnown);
        Assert.Contains("not enough without a confirmation in memory", rate.Reason, StringComparison.Ordinal);
    }

    static byte[] Replaced(byte[] bytes, string from, string to)
    {
        byte[] old = Encoding.ASCII.GetBytes(from);
        byte[] replacement = Encoding.ASCII.GetBytes(to);
        Assert.Equal(old.Length, replacement.Length);
        int found = 0;
        for (int at = 0; (at = bytes.AsSpan(at).IndexOf(old) is var next and >= 0 ? at + next : -1) >= 0; at += old.Length, found++)
            replacement.CopyTo(bytes, at);
        Assert.True(found > 0, $"the file does not name {from}");
        return bytes;
    }
}
