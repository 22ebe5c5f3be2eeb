using System.Diagnostics;
using System.Text.RegularExpressions;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Scheduler;

/// <summary>The scheduler seen from outside against what the runtime prints of itself with GODEBUG=schedtrace.</summary>
public sealed partial class SchedulerTruthTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Read_QuietTarget_EqualsSchedTrace(string version, GoFlavour flavour)
    {
        using TruthTarget target = TruthTarget.Start(
            GoFixture.Build(version, flavour), new TruthOptions { GoDebug = "schedtrace=50,scheddetail=1", MaxProcs = 3 });
        target.Ask("goroutines 50");
        target.Ask("release");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        // The figures count when the target printed the same before and after they were read, and was not printing meanwhile: it may wake up for a moment at any time, and the thread that prints holds locks that
        // its own print does not show as they are.
        string seen = "", before = "", after = "";
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Limit;)
        {
            before = NextTrace(target, waited);
            Look<SchedulerSnapshot> look = SchedulerReader.Read(go);
            seen = SchedTraceText.Detail(look.Result, go.Binary.Version);
            after = NextTrace(target, waited);
            if (before == after && look.Consistency.Torn == 0 && !WhilePrinting().IsMatch(seen))
                break;
        }
        Assert.Equal(before, after);
        Assert.Equal(after, seen);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Read_BusyTarget_ShowsQueuedWork(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { MaxProcs = 2 });
        target.Ask("busy 20");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        int runnable = 0;
        SchedulerSnapshot? snapshot = null;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Limit && runnable < 10;)
        {
            snapshot = SchedulerReader.Read(go).Result;
            runnable = Math.Max(runnable, snapshot.Runnable.Value);
        }

        Assert.InRange(runnable, 10, 40);
        Assert.Equal(2, snapshot!.GoMaxProcs.Value);
        Assert.Equal(2, snapshot.Processors.Value.Count);
        var threads = Directory.GetDirectories($"/proc/{target.Pid}/task").Select(path => int.Parse(Path.GetFileName(path))).ToHashSet();
        Assert.All(snapshot.Machines.Value.Where(m => m.ThreadId is not null), m => Assert.Contains(m.ThreadId!.Value, threads));
        target.Ask("busy 0");
    }

    /// <summary>The next trace that begins after the call, in the form that SchedTraceText has.</summary>
    static string NextTrace(TruthTarget target, Stopwatch waited)
    {
        int seen = Traces(target).Count;
        while (waited.Elapsed < Limit)
        {
            List<string> traces = Traces(target);
            // The last one may still be being printed.
            if (traces.Count > seen + 1)
                return traces[^2];
            Thread.Sleep(10);
        }
        throw new TimeoutException("the target prints no trace");
    }

    static List<string> Traces(TruthTarget target)
    {
        var traces = new List<string>();
        foreach (string trace in target.StandardError.Split("SCHED ").Skip(1))
        {
            IEnumerable<string> lines = trace.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("  G", StringComparison.Ordinal));
            string text = "SCHED " + Time().Replace(string.Join('\n', lines), "") + "\n";
            // The thread that prints holds two locks for that: the scheduler's and the one of print. Go 1.27 counts a lock as 16.
            traces.Add(Printer().Replace(text, "${before}locks=0", 1));
        }
        return traces;
    }

    [GeneratedRegex(@"^\d+ms: ")]
    private static partial Regex Time();

    [GeneratedRegex(@"(?<before>  M\d+: p=(nil|-1) curg=(nil|-1) mallocing=0 throwing=0 preemptoff= )locks=(2|32)\b")]
    private static partial Regex Printer();

    [GeneratedRegex(@"  M\d+: p=(nil|-1) curg=(nil|-1) mallocing=0 throwing=0 preemptoff= locks=[1-9]")]
    private static partial Regex WhilePrinting();
}
