using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>Servers that nobody here wrote, as Debian builds and strips them, against their own /debug/pprof/goroutine?debug=2.</summary>
[FullRunOnly("Debian servers")]
public sealed class DebianServerGoroutineTests
{
    private const int Attempts = 20;

    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void GoText_StableGoroutines_EqualTheServersOwnAccount(string name)
    {
        using DebianServer server = DebianServer.Start(name);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        int best = 0;
        for (int attempt = 0; attempt < Attempts && best < 10; attempt++)
        {
            IReadOnlyDictionary<ulong, string> before = StackText.ById(server.Stacks());
            GoroutineDump dump = target.ReadGoroutines(new GoroutineDumpOptions { WithArguments = true });
            IReadOnlyDictionary<ulong, string> after = StackText.ById(server.Stacks());
            FrameTruth.Check(target, dump);

            int compared = 0;
            for (int index = 0; index < dump.Count; index++)
            {
                Goroutine goroutine = dump[index];
                // What the server says the same of before and after has not moved in between, unless it went round and came back.
                // While a collector scans a stack the header would say so; the server's own account is taken when nothing runs.
                if (goroutine.State != GoroutineState.Waiting || goroutine.IsBeingScanned || !before.TryGetValue(goroutine.Id, out string? expected) || after.GetValueOrDefault(goroutine.Id) != expected)
                    continue;
                Assert.Equal(expected, GoText.Format(dump, goroutine));
                compared++;
            }
            best = Math.Max(best, compared);
        }
        // The exporter has no more than a handful.
        Assert.True(best >= 2, $"only {best} goroutines stood still");
    }
}
