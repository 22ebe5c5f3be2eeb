using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Layouts;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Prepares waits.bpf.c for one target: what its wait reasons mean, and where the fields are that lead to what is waited for.</summary>
internal sealed class WaitProgram
{
    /// <summary>Counters of the program, from FIRST_OWN on.</summary>
    public const int TooShort = 8, BeganBefore = 9, OtherObjects = 10;

    private WaitProgram(WaitReasons reasons, WaitLayouts layouts)
    {
        Reasons = reasons;
        Layouts = layouts;
    }

    public WaitReasons Reasons { get; }

    public WaitLayouts Layouts { get; }

    /// <summary>What could not be found out, for the notes of the result.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Reads what is to be known of the target before the program is loaded.</summary>
    /// <exception cref="InstrumentUnavailableException">The wait reasons of the target are not known: no wait could be told from another.</exception>
    public static WaitProgram For(GoTarget target)
    {
        if (!target.TryGlobal("runtime.waitReasonStrings", out ulong address, out string reason))
            throw new InstrumentUnavailableException($"Waits cannot be told apart: where the runtime's table of wait reasons is, is not known ({reason}).", "vitrine dump shows what goroutines wait for now.");
        WaitReasons reasons = WaitReasons.Read(target.Memory, address);
        if (reasons.UnknownBecause is { } because)
            throw new InstrumentUnavailableException($"Waits cannot be told apart: {because}.", "vitrine dump shows what goroutines wait for now.");
        return new WaitProgram(reasons, WaitLayouts.Find(target.Binary.Layouts));
    }

    public GoProbeProgram Describe(GoTarget target, WaitProbeOptions options)
    {
        WaitConfig config = Configure(target, options);
        return new GoProbeProgram
        {
            Object = "waits",
            Scales = true,
            GoTypes = ["runtime.g", "runtime.m"],
            Budget = options.Budget,
            Configure = bpf =>
            {
                bpf.SetConfig(config);
                bpf.SetMaxEntries("stacks", (uint)Math.Max(1, options.MaxStacks));
                bpf.SetMaxEntries("sums", (uint)Math.Max(1, options.MaxSums));
                bpf.SetMaxEntries("sums_by_stack", (uint)Math.Max(1, options.MaxSums / 2));
            },
            OwnCounters = ["waits shorter than the threshold", "ends of waits that began before the watch", "waits counted without what they waited for, because the table was full"],
            // What is counted without its object is not lost, but the reader is told.
            NotLosses = new HashSet<int> { TooShort - TooShort, BeganBefore - TooShort, OtherObjects - TooShort },
        };
    }

    /// <summary>The kind of a wait; a lock's needs the stack where the reason does not say it.</summary>
    public BlockingKind KindOf(byte reason, IReadOnlyList<string> names) => Reasons.ClassOf(reason) switch
    {
        WaitClass.Receive or WaitClass.NilChannel => BlockingKind.Receive,
        WaitClass.Send => BlockingKind.Send,
        WaitClass.Select or WaitClass.NoCases => BlockingKind.Select,
        WaitClass.Cond => BlockingKind.Cond,
        WaitClass.Network => BlockingKind.Network,
        WaitClass.Sleep => BlockingKind.Sleep,
        _ => Reasons[reason] switch
        {
            "sync.Mutex.Lock" => BlockingKind.Mutex,
            "sync.RWMutex.RLock" => BlockingKind.RWMutexRead,
            "sync.RWMutex.Lock" => BlockingKind.RWMutexWrite,
            "sync.WaitGroup.Wait" or "sync.WaitGroup.Wait (durable)" => BlockingKind.WaitGroup,
            _ => WaitFrames.LockOf(names),
        },
    };

    /// <summary>From the word that the runtime queues on back to the lock that holds it.</summary>
    public ulong LockAddress(BlockingKind kind, ulong semaphore)
    {
        WaitLayouts.Locks offsets = Layouts.LockOffsets;
        return semaphore == 0 ? 0 : semaphore - (uint)(kind switch
        {
            BlockingKind.Mutex => offsets.Mutex,
            BlockingKind.RWMutexRead => offsets.RWMutexReader,
            BlockingKind.RWMutexWrite => offsets.RWMutexWriter,
            BlockingKind.WaitGroup => offsets.WaitGroup,
            _ => 0,
        });
    }

    private WaitConfig Configure(GoTarget target, WaitProbeOptions options)
    {
        GoBinary binary = target.Binary;
        LayoutLadder layouts = binary.Layouts;
        var config = new WaitConfig
        {
            MinNs = (ulong)Math.Max(0, options.Minimum.TotalNanoseconds),
            // https://github.com/golang/go/blob/go1.22.0/src/runtime/sema.go (semrelease1): an unlock is charged for all who wait. Go 1.21 charges it for one.
            ChargesQueue = binary.Version.AtLeast(1, 22) ? 1u : 0,
        };
        bool channels = TryOffset(layouts, "runtime.hchan", "lock", out config.ChannelLock);
        bool selects = Layouts.SudogLayout is not null;
        if (selects)
            config.SudogChannel = (uint)Layouts.SudogLayout!.C;
        bool polls = Layouts.PollDescLayout is not null;
        if (polls)
        {
            config.PollRead = (uint)Layouts.PollDescLayout!.Reader;
            config.PollWrite = (uint)Layouts.PollDescLayout.Writer;
            config.PollSelf = (uint)Layouts.PollDescLayout.Self;
            config.PollFd = (uint)Layouts.PollDescLayout.Fd;
        }
        config.CondLock = (uint)Layouts.LockOffsets.Cond + (TryOffset(layouts, "sync.notifyList", "lock", out uint inList) ? inList : NotifyListLock);

        (config.ScavengerStart, config.ScavengerEnd) = RangeOf(target, "runtime.(*scavengerState).sleep");
        (config.ScavengerLoopStart, config.ScavengerLoopEnd) = RangeOf(target, "runtime.bgscavenge");

        bool all = options.Kinds.Count == 0;
        for (int reason = 1; reason < 256; reason++)
        {
            if (Reasons[(byte)reason] is null)
                continue;
            config.Classes[reason] = (byte)(Reasons.ClassOf((byte)reason) switch
            {
                WaitClass.Receive when channels && Wants(BlockingKind.Receive) => WaitProgramClass.Channel,
                WaitClass.Send when channels && Wants(BlockingKind.Send) => WaitProgramClass.Channel,
                WaitClass.Select when selects && Wants(BlockingKind.Select) => WaitProgramClass.Select,
                WaitClass.Semaphore when WantsLock() => WaitProgramClass.Semaphore,
                WaitClass.Cond when Wants(BlockingKind.Cond) => WaitProgramClass.Cond,
                WaitClass.Network when polls && Wants(BlockingKind.Network) => WaitProgramClass.Network,
                WaitClass.Sleep when Wants(BlockingKind.Sleep) => WaitProgramClass.Sleep,
                _ => WaitProgramClass.NotWatched,
            });
        }
        if (!channels)
            Notes.Add("Waits for channels are not watched: the binary does not describe runtime.hchan.");
        if (!selects)
            Notes.Add("Select statements are not watched: the binary does not describe runtime.sudog.");
        if (!polls)
            Notes.Add("Network waits are not watched: the binary does not describe runtime.pollDesc.");
        return config;

        bool Wants(BlockingKind kind) => all || options.Kinds.Contains(kind);
        bool WantsLock() => Wants(BlockingKind.Mutex) || Wants(BlockingKind.RWMutexRead) || Wants(BlockingKind.RWMutexWrite) || Wants(BlockingKind.WaitGroup) || Wants(BlockingKind.Semaphore);
    }

    /// <summary>Two counters lie before the lock: https://github.com/golang/go/blob/go1.26.0/src/runtime/sema.go (type notifyList).</summary>
    private const uint NotifyListLock = 8;

    // https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcscavenge.go: the background scavenger says "sleep", and is woken through injectglist.
    private static (ulong Start, ulong End) RangeOf(GoTarget target, string function)
    {
        IReadOnlyList<GoFunction> found = target.Binary.Functions.FindByName(function);
        return found.Count == 0 ? (0, 0) : (unchecked(found[0].Entry + target.Bias), unchecked(found[0].End + target.Bias));
    }

    private static bool TryOffset(LayoutLadder layouts, string type, string field, out uint offset)
    {
        offset = 0;
        if (!layouts.TryFind(type, out StructLayout? layout) || layout.OffsetOf(field) is not int found || found is < 0 or > 4096)
            return false;
        offset = (uint)found;
        return true;
    }
}
