using System.Collections.Concurrent;
using Vitrine.Agent.Audit.Checks;
using Vitrine.Agent.Audit.Facts;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit;

/// <summary>
/// Makes an audit: reads the facts of the machine and of each process once, then lets the checks judge them. Only --probe sends anything to anybody. Time and memory grow with the number of processes and what they say of
/// themselves, each part of which has its limit.
/// </summary>
static class Auditor
{
    /// <summary>Audits the processes that are given, or all of them.</summary>
    /// <param name="named">The processes; empty for all.</param>
    /// <param name="probe">Whether listeners are asked.</param>
    /// <param name="configurations">What was found in files of Vitrine's own.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TargetGoneException">The one process that was named ended.</exception>
    public static AuditReport Run(IReadOnlyList<LinuxProcess> named, bool probe, IReadOnlyList<AuditFinding> configurations, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var at = TimeProvider.System.GetUtcNow();

        // 1. The machine.
        var machine = MachineFacts.Read(probe);

        // 2. The processes, side by side: each is some dozens of small system calls.
        var gathered = new Gathering(cancellation);
        var isNamed = named.Select(static one => one.Pid).ToHashSet();
        if (named.Count > 0)
            gathered.Read(named.Select(static one => one.Identity.Pid), isNamed);
        else
            gathered.Read(ProcessList.Pids().Where(static pid => pid != Environment.ProcessId), isNamed);
        if (named.Count == 1 && gathered.Facts.IsEmpty)
            throw new TargetGoneException($"Process {named[0].Pid} ended, or is a thread of the kernel.");

        // 3. Of those that were named, also who started and who debugs them.
        var relatives = named.Count == 0 ? [] : gathered.Facts.SelectMany(static one => (int[])[one.Security.ParentPid, one.Security.TracerPid]).Where(pid => pid > 1 && !isNamed.Contains(pid)).ToHashSet();
        var targets = gathered.Facts.ToList();
        gathered.Read(relatives, isNamed);

        // 4. Judge.
        var view = new AuditView(machine, gathered.Facts);
        var findings = new ConcurrentBag<AuditFinding>(configurations);
        foreach (var check in AllChecks.OfMachine)
            foreach (var finding in check.Of(machine))
                findings.Add(finding);
        Parallel.ForEach(gathered.Facts, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = probe ? 16 : Environment.ProcessorCount }, process =>
        {
            foreach (var check in relatives.Contains(process.Pid) ? AllChecks.OfRelatives : AllChecks.OfProcess)
                foreach (var finding in check.Of(process, view))
                    findings.Add(finding);
        });
        return new AuditReport
        {
            At = at,
            Duration = TimeProvider.System.GetElapsedTime(started),
            Machine = machine,
            IsWholeMachine = named.Count == 0,
            Examined = targets.Count,
            Targets = targets.Count(static one => one.IsTarget),
            NotAllowed = gathered.NotAllowed,
            Ended = gathered.Ended,
            Hidden = targets.SelectMany(static one => one.Hidden).CountBy(static what => what).ToDictionary(StringComparer.Ordinal),
            Findings = [.. findings.OrderByDescending(static one => one.Severity).ThenBy(static one => one.Rule.Id, StringComparer.Ordinal).ThenBy(static one => one.Subject.Pid ?? 0).ThenBy(static one => one.Title, StringComparer.Ordinal)],
        };
    }

    sealed class Gathering(CancellationToken cancellation)
    {
        readonly ProcessReader _reader = new();
        int _notAllowed;
        int _ended;

        public ConcurrentBag<ProcessFacts> Facts { get; } = [];

        public int NotAllowed => _notAllowed;

        public int Ended => _ended;

        public void Read(IEnumerable<int> pids, HashSet<int> named) =>
            Parallel.ForEach(pids, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, pid =>
            {
                try
                {
                    if (_reader.Read(LinuxProcess.Open(pid), named.Contains(pid)) is { } facts)
                        Facts.Add(facts);
                }
                catch (TargetGoneException)
                {
                    Interlocked.Increment(ref _ended);
                }
                catch (Exception e) when (e is AccessDeniedException or IOException)
                {
                    Interlocked.Increment(ref _notAllowed);
                }
            });
    }
}
