using Vitrine.Go.Goroutines;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Waits that have not ended, from a goroutine dump. When one was seen to begin, its age is exact; else it is older than the look.</summary>
internal static class OngoingWaits
{
    private static readonly TimeSpan s_dumpLimit = TimeSpan.FromSeconds(20);

    /// <param name="target">The process, with the probes in place.</param>
    /// <param name="session">The probes of waits.bpf.c, still on.</param>
    /// <param name="options">Which kinds are watched.</param>
    public static IReadOnlyList<OngoingWait> Read(GoTarget target, GoProbeSession session, WaitProbeOptions options)
    {
        BpfMap waiting = session.Object.Map("waiting"), noting = session.Object.Map("noting");
        // The dump takes a while: only a wait that is there before and after it is the one that the dump shows. One that is in neither reading began before
        // the look, unless it began and ended between them, as short waits do: so the ends are noted meanwhile.
        noting.Update(0u, EndsNoted.All);
        Dictionary<(ulong, ulong), ulong> before = Since(waiting);
        GoroutineDump dump = target.ReadGoroutines(new GoroutineDumpOptions { WithLabels = false, WithSystemGoroutines = options.WithSystem, TimeLimit = s_dumpLimit });
        Dictionary<(ulong, ulong), ulong> after = Since(waiting);
        HashSet<ulong> ended = [.. session.Object.Map("ended").ReadAll<ulong, ulong>().Select(static end => end.Key)];
        bool notedAll = noting.TryLookup(0u, out EndsNoted noted) && noted == EndsNoted.All;
        ProbeReport report = session.Report();
        // Every wait that began during the look was seen to begin: no window was closed and nothing was lost.
        bool sawAll = report.Coverage.Windows <= 1 && report.Lost.Total == 0;
        long now = MonotonicClock.Now;
        var found = new List<OngoingWait>();
        foreach (StackGroup group in dump.GroupByStack())
        {
            Goroutine first = group.Representative;
            if (first.State != GoroutineState.Waiting || KindOf(first) is not { } kind || (options.Kinds.Count > 0 && !options.Kinds.Contains(kind)))
                continue;
            int count = 0;
            TimeSpan longest = TimeSpan.Zero;
            bool bound = false;
            ulong oldest = first.Id;
            foreach (int member in group.Members)
            {
                if (AgeOf(dump[member]) is not { } age)
                    continue;
                count++;
                if (age.Time > longest || count == 1)
                    (longest, bound, oldest) = (age.Time, age.IsBound, dump[member].Id);
            }
            if (count > 0)
                found.Add(new OngoingWait(kind, first.WaitReason ?? "unknown", first, oldest, count, longest, bound));
        }
        return [.. found.OrderByDescending(wait => wait.Longest).ThenByDescending(wait => wait.Count)];

        (TimeSpan Time, bool IsBound)? AgeOf(Goroutine goroutine)
        {
            (ulong, ulong) key = (goroutine.Address, goroutine.Id);
            bool wasThere = before.TryGetValue(key, out ulong since), isThere = after.TryGetValue(key, out ulong at);
            if (wasThere && isThere && since == at)
                return (TimeSpan.FromTicks(Math.Max(0, now - (long)at) / 100), false);
            // It came or went during the dump, or may have.
            if (wasThere || isThere || !notedAll || ended.Contains(goroutine.Address))
                return null;
            TimeSpan seen = sawAll ? report.Coverage.Watched : TimeSpan.Zero;
            TimeSpan told = goroutine.BlockedAtLeast ?? TimeSpan.Zero;
            return (told > seen ? told : seen, true);
        }
    }

    private static Dictionary<(ulong, ulong), ulong> Since(BpfMap waiting)
    {
        var since = new Dictionary<(ulong, ulong), ulong>();
        foreach ((ulong g, WaitRecord wait) in waiting.ReadAll<ulong, WaitRecord>())
        {
            if (wait.Since != 0)
                since[(g, wait.Goid)] = wait.Since;
        }
        return since;
    }

    private static BlockingKind? KindOf(Goroutine goroutine) => goroutine.WaitingOn switch
    {
        WaitingOn.Channel { Direction: ChannelDirection.Send } => BlockingKind.Send,
        WaitingOn.Channel => BlockingKind.Receive,
        WaitingOn.Select => BlockingKind.Select,
        WaitingOn.Forever forever => forever.Why.Contains("send", StringComparison.Ordinal) ? BlockingKind.Send : forever.Why.Contains("select", StringComparison.Ordinal) ? BlockingKind.Select : BlockingKind.Receive,
        WaitingOn.Lock held => held.Kind switch
        {
            LockKind.Mutex => BlockingKind.Mutex,
            LockKind.RWMutexRead => BlockingKind.RWMutexRead,
            LockKind.RWMutexWrite => BlockingKind.RWMutexWrite,
            LockKind.WaitGroup => BlockingKind.WaitGroup,
            LockKind.Cond => BlockingKind.Cond,
            _ => BlockingKind.Semaphore,
        },
        WaitingOn.Network => BlockingKind.Network,
        WaitingOn.Sleep => BlockingKind.Sleep,
        _ => ByReason(goroutine.WaitReason),
    };

    // What is waited for is not known, but the runtime's words are.
    private static BlockingKind? ByReason(string? reason) => reason switch
    {
        "chan receive" => BlockingKind.Receive,
        "chan send" => BlockingKind.Send,
        "select" => BlockingKind.Select,
        "sync.Mutex.Lock" => BlockingKind.Mutex,
        "sync.RWMutex.RLock" => BlockingKind.RWMutexRead,
        "sync.RWMutex.Lock" => BlockingKind.RWMutexWrite,
        "sync.WaitGroup.Wait" => BlockingKind.WaitGroup,
        "sync.Cond.Wait" => BlockingKind.Cond,
        "semacquire" => BlockingKind.Semaphore,
        "IO wait" => BlockingKind.Network,
        "sleep" => BlockingKind.Sleep,
        _ => null,
    };
}
