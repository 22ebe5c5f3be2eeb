using System.Diagnostics;
using System.Globalization;
using System.Net;
using Vitrine.Guard;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Identity;

namespace Vitrine.GuardBench.Decision;

/// <summary>What a decision costs: nanoseconds and bytes, for callers that are known and not, allowed and refused; and how many audit records a second there are.</summary>
static class DecisionBench
{
    static readonly LookSubject s_heap = LookSubject.Pprof("heap");
    static readonly LookSubject s_trace = LookSubject.Pprof("trace");

    public static void Run(bool quick)
    {
        using var work = new WorkFolder();
        using var tokens = new TokenMaker(work);
        var rounds = quick ? 3 : 31;
        var calls = quick ? 2_000 : 50_000;

        using var local = new LookGuard(Options());
        using var withTokens = new LookGuard(tokens.Apply(Options()));
        var known = tokens.Credentials("alice", 0);
        Console.WriteLine("| decision | median | 90 % of rounds within | allocated |");
        Console.WriteLine("|---|---|---|---|");
        Decide("local program, allowed", local, _ => Request(s_heap, Loopback), rounds, calls, isAllowed: true);
        Decide("token known from before, allowed", withTokens, _ => Request(s_heap, known), rounds, calls, isAllowed: true);
        Decide("token known from before, not permitted", withTokens, _ => Request(s_trace, known), rounds, calls, isAllowed: false);
        Decide("token known from before, too long", withTokens, _ => Request(s_heap, known) with { Duration = TimeSpan.FromSeconds(31) }, rounds, calls, isAllowed: false);
        Decide("nobody known, refused", local, _ => Request(s_heap, new() { Address = IPAddress.Parse("192.0.2.1") }), rounds, calls, isAllowed: false);
        Fresh(tokens, withTokens, rounds, quick ? 50 : 500);
        Whole("the whole of it: permit, two records to the file, place given back", work, quick ? 2_000 : 20_000, rounds: quick ? 3 : 15);
        Console.WriteLine();
        Records(work, quick ? 10_000 : 300_000);
    }

    static Credentials Loopback { get; } = new() { Address = IPAddress.Loopback };

    static GuardOptions Options() => new()
    {
        Limits = { Burst = 1_000_000, RatePerMinute = 1_000_000, FailedAttemptsBurst = 1_000_000, FailedAttemptsPerMinute = 1_000_000 },
        Switches = { Environment = "pprof_cpu=1" },
    };

    static LookRequest Request(LookSubject subject, Credentials credentials) => new() { Door = "http", Subject = subject, Credentials = credentials };

    static void Decide(string name, LookGuard guard, Func<int, LookRequest> make, int rounds, int calls, bool isAllowed)
    {
        var request = make(0);
        if (One(guard, request) != isAllowed) throw new InvalidOperationException($"{name}: the decision is another one");
        for (var i = 0; i < 20_000; i++) One(guard, request);
        var times = new List<double>();
        long bytes = 0;
        for (var round = 0; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++) One(guard, request);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalNanoseconds / calls);
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Row(name, times, (double)bytes / rounds / calls);
    }

    // What a decision is without what follows from it: who it is, the order, and the place given back.
    static bool One(LookGuard guard, LookRequest request)
    {
        var settings = guard.Settings;
        var caller = settings.Callers.Resolve(request.Credentials, CancellationToken.None);
        var decision = guard.Decide(request, caller.IsCompletedSuccessfully ? caller.Result : throw new InvalidOperationException("it is not known"), settings);
        guard.GiveBack(decision);
        return decision.IsAllowed;
    }

    // Each token once: the signature is checked.
    static void Fresh(TokenMaker tokens, LookGuard guard, int rounds, int calls)
    {
        var times = new List<double>();
        long bytes = 0;
        var number = 1;
        for (var round = 0; round < rounds + 2; round++)
        {
            var requests = Enumerable.Range(0, calls).Select(_ => Request(s_heap, tokens.Credentials("alice", number++))).ToList();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var begin = Stopwatch.GetTimestamp();
            foreach (var request in requests)
            {
                var settings = guard.Settings;
                var decision = guard.Decide(request, settings.Callers.Resolve(request.Credentials, CancellationToken.None).AsTask().GetAwaiter().GetResult(), settings);
                if (!decision.IsAllowed) throw new InvalidOperationException($"a token does not hold: {decision.PrivateReason}");
                guard.GiveBack(decision);
            }
            if (round < 2) continue;
            times.Add(Stopwatch.GetElapsedTime(begin).TotalNanoseconds / calls);
            bytes += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Row("token seen for the first time (RS256, 2,048 bits), allowed", times, (double)bytes / rounds / calls);
    }

    static void Whole(string name, WorkFolder work, int calls, int rounds)
    {
        var options = Options();
        options.Audit.File = work["whole.log"];
        using var guard = new LookGuard(options);
        var request = Request(s_heap, Loopback) with { Duration = TimeSpan.FromSeconds(1) };
        var times = new List<double>();
        long bytes = 0;
        for (var round = -1; round < rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++)
            {
                var admission = guard.Admit(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                using var permit = admission.Permit ?? throw new InvalidOperationException(admission.Refusal!.Message);
                if (permit.Complete(LookOutcomeKind.Answered, 1000) is { } refusal) throw new InvalidOperationException(refusal.Message);
            }
            if (round < 0) continue;
            times.Add(Stopwatch.GetElapsedTime(begin).TotalNanoseconds / calls);
            bytes += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Row(name, times, (double)bytes / rounds / calls);
    }

    static void Records(WorkFolder work, int count)
    {
        var record = new AuditRecord { Event = AuditEvent.Ended, Time = DateTimeOffset.UtcNow, Who = "alice", Kind = "Token", Roles = ["sre"], From = "192.0.2.1", Door = "http", Service = "self", What = "pprof:read:heap", Look = "0f3a2b-1", Bytes = 52_431, Took = TimeSpan.FromMilliseconds(12), Outcome = "Answered" };
        foreach (var flush in (AuditFlush[])[AuditFlush.ToSystem, AuditFlush.ToDisk])
        {
            var options = new AuditOptions { File = work[$"records-{flush}.log"], Flush = flush };
            using var file = new AuditFile(options, TimeProvider.System, problem => throw new InvalidOperationException(problem), _ => { });
            var some = flush == AuditFlush.ToDisk ? Math.Max(20, count / 1000) : count;
            for (var i = 0; i < some / 10 + 1; i++) file.TryWrite(record);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < some; i++)
                if (!file.TryWrite(record)) throw new InvalidOperationException("a record was not written");
            var time = Stopwatch.GetElapsedTime(begin);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Audit records, {(flush == AuditFlush.ToDisk ? "each waited for until the disk has it" : "to the system")}: {some / time.TotalSeconds:N0} a second, {(GC.GetAllocatedBytesForCurrentThread() - before) / (double)some:0.##} B each on the heap."));
        }
        var verified = Stopwatch.GetTimestamp();
        var files = Directory.EnumerateFiles(work.Root, "records-ToSystem.log*").Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).OrderBy(path => path.Length == work["records-ToSystem.log"].Length).ThenBy(path => path, StringComparer.Ordinal).ToList();
        var verdict = AuditVerifier.Verify(files, AuditKey.None);
        if (verdict.Break is { } wrong) throw new InvalidOperationException(wrong.Message);
        var bytes = files.Sum(path => new FileInfo(path).Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"`vitrine audit-log verify`: {verdict.Records / Stopwatch.GetElapsedTime(verified).TotalSeconds:N0} records a second, {bytes / 1e6 / Stopwatch.GetElapsedTime(verified).TotalSeconds:N0} MB/s."));
    }

    static void Row(string name, List<double> nanoseconds, double bytes)
    {
        nanoseconds.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Time(nanoseconds[nanoseconds.Count / 2])} | {Time(nanoseconds[Math.Min(nanoseconds.Count - 1, nanoseconds.Count * 9 / 10)])} | {bytes:N0} B |"));
    }

    static string Time(double nanoseconds) => nanoseconds < 1000 ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns") : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:0.0} µs");
}
