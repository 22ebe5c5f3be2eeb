using Vitrine.Go.Memory;
using Vitrine.Go.Profiles;
using Vitrine.Go.Scheduler;
using Vitrine.Go.Tests.Profiles;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Memory;

/// <summary>
/// Stripped servers that nobody here wrote, while they work. What only grows is read between two accounts of the server itself and must lie
/// between them; what may go either way must lie near them.
/// </summary>
[FullRunOnly("Debian servers")]
public sealed class DebianServerMemoryTests
{
    // Between two accounts these servers allocate a few megabytes, and a collection may end.
    const double Slack = 16 << 20;

    // Enough for several collections, and for samples of many stacks.
    const int Requests = 100;

    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Read_MemStats_LiesBetweenTheServersOwnAccounts(string name)
    {
        using DebianServer server = DebianServer.Start(name);
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(server.Pid));

        server.Work(Requests);
        IReadOnlyDictionary<string, double> before = server.MemStats();
        MemStats seen = MemStatsReader.Read(go).Result;
        IReadOnlyDictionary<string, double> after = server.MemStats();

        foreach ((string field, Known<ulong> value) in new[]
        {
            ("TotalAlloc", seen.TotalAlloc), ("Mallocs", seen.Mallocs), ("Frees", seen.Frees), ("LastGC", seen.LastGC),
            ("NumGC", seen.NumGC.Select(v => (ulong)v)), ("NumForcedGC", seen.NumForcedGC.Select(v => (ulong)v)), ("BuckHashSys", seen.BuckHashSys),
            ("Sys", seen.Sys), ("MSpanSys", seen.MSpanSys), ("MCacheSys", seen.MCacheSys),
        })
            Assert.True(value.Value >= before[field] && value.Value <= after[field], $"{field}: {before[field]} .. {after[field]}, seen was {value}");
        foreach ((string field, Known<ulong> value) in new[]
        {
            ("Alloc", seen.Alloc), ("HeapAlloc", seen.HeapAlloc), ("HeapSys", seen.HeapSys), ("HeapIdle", seen.HeapIdle), ("HeapInuse", seen.HeapInuse),
            ("HeapReleased", seen.HeapReleased), ("HeapObjects", seen.HeapObjects), ("Stack", seen.StackInuse), ("StackSys", seen.StackSys),
            ("MSpan", seen.MSpanInuse), ("MCache", seen.MCacheInuse), ("GCSys", seen.GCSys), ("OtherSys", seen.OtherSys), ("NextGC", seen.NextGC),
        })
        {
            double low = Math.Min(before[field], after[field]) - Slack, high = Math.Max(before[field], after[field]) + Slack;
            Assert.True(value.Value >= low && value.Value <= high, $"{field}: {before[field]} and {after[field]}, seen was {value}");
        }
    }

    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Collect_Allocs_LiesBetweenTheServersOwnProfiles(string name)
    {
        using DebianServer server = DebianServer.Start(name);
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(server.Pid));

        server.Work(Requests);
        Dictionary<string, long> before = BytesByStack(ProfileReader.Read(server.Profile("allocs")));
        Look<Profile> look = BucketProfiles.Collect(go, BucketProfileKind.Allocs, cancellation: TestContext.Current.CancellationToken);
        Dictionary<string, long> seen = BytesByStack(look.Result);
        Dictionary<string, long> after = BytesByStack(ProfileReader.Read(server.Profile("allocs")));

        Assert.True(before.Count > 20, $"{before.Count} stacks are too few to compare");
        foreach ((string stack, long bytes) in before)
        {
            Assert.True(seen.TryGetValue(stack, out long found), $"missing:\n{stack}");
            Assert.True(found >= bytes && found <= after[stack], $"{bytes} .. {after[stack]}, seen was {found}:\n{stack}");
        }
        Assert.All(seen.Keys, stack => Assert.True(after.ContainsKey(stack), $"made up:\n{stack}"));
    }

    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Read_Scheduler_FitsTheKernelsAccount(string name)
    {
        using DebianServer server = DebianServer.Start(name);
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(server.Pid));

        SchedulerSnapshot seen = SchedulerReader.Read(go).Result;
        HashSet<int> threads = [.. Directory.GetDirectories($"/proc/{server.Pid}/task").Select(path => int.Parse(Path.GetFileName(path)))];

        Assert.Equal(seen.GoMaxProcs.Value, seen.Processors.Value.Count);
        Assert.All(seen.Machines.Value.Where(m => m.ThreadId is not null), m => Assert.Contains(m.ThreadId!.Value, threads));
        Assert.InRange(seen.Threads.Value, 1, threads.Count + 1);
    }

    // Samples of one stack and object size, alloc_space. The runtime never forgets a bucket and never counts an allocation back.
    static Dictionary<string, long> BytesByStack(Profile profile)
    {
        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string sample in ProfileText.Samples(profile))
        {
            int values = sample.LastIndexOf('\n') + 1;
            string stack = sample[..values];
            bytes[stack] = bytes.GetValueOrDefault(stack) + long.Parse(sample[values..].Split(' ')[1]);
        }
        return bytes;
    }
}
