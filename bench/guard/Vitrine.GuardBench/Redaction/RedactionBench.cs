using System.Diagnostics;
using System.Globalization;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.GuardBench.Redaction;

/// <summary>What redaction costs: real profiles, profiles that are nearly all labels, and texts that are made to be slow.</summary>
static class RedactionBench
{
    const double GoalMegabytes = 300;

    static readonly Redactor s_redactor = new(RedactionRules.Default);

    /// <summary>Writes the tables.</summary>
    /// <param name="quick">One small round.</param>
    /// <param name="folder">Where the recorded profiles lie (<c>*.pb.gz</c>); null without any.</param>
    public static void Run(bool quick, string? folder)
    {
        Console.WriteLine("Redaction of profiles: uncompressed bytes of the profile by the processor time of `Redactor.Redact`; \"whole\" is a gzip answer read, redacted and written again (`TryRedact`), \"codec\" the same without redaction.");
        Console.WriteLine();
        Console.WriteLine("| profile | uncompressed | strings | places found | redaction | allocated | whole | codec |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: | --: | --: |");
        // The compiler's second, better code comes after some thousand calls, and not at once: what runs first would pay for all.
        foreach (var (_, profile) in Profiles(quick: true, folder))
            Cost(() => s_redactor.TryRedact("application/octet-stream", ProfileWriter.ToBytes(profile), out _, out _, out _), TimeSpan.FromSeconds(quick ? 0 : 1));
        var slowest = double.MaxValue;
        foreach (var (name, profile) in Profiles(quick, folder))
            slowest = Math.Min(slowest, Row(name, profile, quick));
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Goal of at least {GoalMegabytes:0} MB/s of uncompressed profile: {(slowest >= GoalMegabytes ? "met" : "not met")} (slowest {slowest:0} MB/s)."));
    }

    /// <summary>Writes the table of hostile texts.</summary>
    public static void RunHostile(bool quick) => HostileText.Run(s_redactor, quick);

    static IEnumerable<(string, Profile)> Profiles(bool quick, string? folder)
    {
        if (folder is not null)
            foreach (var file in Directory.EnumerateFiles(folder, "*.pb.gz").Order(StringComparer.Ordinal))
                yield return (Path.GetFileName(file)[..^".pb.gz".Length], ProfileReader.ReadFile(file));
        var samples = quick ? 2_000 : 200_000;
        yield return ("labels that may leave: a trace and a route each", SyntheticProfiles.Labelled(samples, i => [new("trace_id", SyntheticProfiles.Hex(i)), new("http.route", $"/api/v1/orders/{{id}}/{i % 50}")]));
        yield return ("labels that may not: a tenant and a user each", SyntheticProfiles.Labelled(samples, i => [new("tenant", $"tenant-{i:x8}"), new("user", $"user number {i}")]));
        yield return ("labels with a secret each", SyntheticProfiles.Labelled(samples, i => [new("route", $"/orders?token={SyntheticProfiles.Hex(i)}&page={i % 9} for user{i}@example.com from 10.1.{i >> 8 & 255}.{i & 255}")]));
    }

    static double Row(string name, Profile profile, bool quick)
    {
        var plain = ProfileWriter.ToBytes(profile, gzip: false);
        var packed = ProfileWriter.ToBytes(profile);
        var time = quick ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1);
        var counts = s_redactor.Redact(profile).Counts;
        var redaction = Cost(() => s_redactor.Redact(profile), time);
        var before = GC.GetAllocatedBytesForCurrentThread();
        s_redactor.Redact(profile);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var whole = Cost(() => s_redactor.TryRedact("application/octet-stream", packed, out _, out _, out _), time);
        var codec = Cost(() => ProfileWriter.ToBytes(ProfileReader.Read(packed)), time);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {plain.Length / 1e6:0.00} MB | {SyntheticProfiles.StringBytes(profile) * 100.0 / plain.Length:0} % | {counts.Total:N0} | {Speed(redaction):N0} MB/s | {allocated / 1e6:0.00} MB | {Speed(whole):N0} MB/s | {Speed(codec):N0} MB/s |"));
        return Speed(redaction);

        double Speed(TimeSpan took) => plain.Length / 1e6 / took.TotalSeconds;
    }

    /// <summary>Processor time of one run, of all threads (the collector's too), warm: what the machine does beside it does not count.</summary>
    internal static TimeSpan Cost(Action run, TimeSpan time)
    {
        for (var i = 0; i < 3; i++)
            run();
        var (runs, before, begun) = (0, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        do
        {
            run();
            runs++;
        }
        while (runs < 3 || Environment.CpuUsage.TotalTime - before < time && Stopwatch.GetElapsedTime(begun) < 20 * time);
        return (Environment.CpuUsage.TotalTime - before) / runs;
    }
}
