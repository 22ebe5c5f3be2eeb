using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;

namespace Vitrine.Go.Goroutines;

/// <summary>Where to find what a goroutine waits for. A part that the binary does not describe is null, and waits of that kind are unknown.</summary>
internal sealed class WaitLayouts
{
    /// <summary>The largest of these structures (pollDesc with its timers) has some 400 bytes.</summary>
    private const int MaxBytes = 4096;

    /// <summary>A queue entry of a channel or semaphore: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (type sudog).</summary>
    public sealed record Sudog(int Bytes, int G, int Next, int Elem, int WaitLink, int C);

    /// <summary>A channel: https://github.com/golang/go/blob/go1.26.0/src/runtime/chan.go (type hchan).</summary>
    public sealed record Channel(int Bytes, int Count, int Capacity, int Closed, int ElementType, int RecvFirst, int RecvLast, int SendFirst, int SendLast);

    /// <summary>A descriptor of the network poller: https://github.com/golang/go/blob/go1.26.0/src/runtime/netpoll.go (type pollDesc).</summary>
    public sealed record PollDesc(int Bytes, int Fd, int Reader, int Writer, int Self);

    /// <summary>Offsets of the semaphores inside package sync's types, and of the list inside a Cond.</summary>
    public sealed record Locks(int Mutex, int RWMutexReader, int RWMutexWriter, int WaitGroup, int Cond);

    public Sudog? SudogLayout { get; private init; }
    public Channel? ChannelLayout { get; private init; }
    public PollDesc? PollDescLayout { get; private init; }
    public required Locks LockOffsets { get; init; }

    public static WaitLayouts Find(LayoutLadder layouts) => new()
    {
        SudogLayout = FindSudog(layouts),
        ChannelLayout = FindChannel(layouts),
        PollDescLayout = FindPollDesc(layouts),
        // The constants are the layouts of every Go version from 1.19 on; a binary that locks nothing does not describe the types.
        LockOffsets = new Locks(
            Offset(layouts, "sync.Mutex", "sema", "mu.sema") ?? 4,
            Offset(layouts, "sync.RWMutex", "readerSem") ?? 12,
            Offset(layouts, "sync.RWMutex", "writerSem") ?? 8,
            Offset(layouts, "sync.WaitGroup", "sema", "state2") ?? 8,
            Offset(layouts, "sync.Cond", "notify") ?? 16),
    };

    private static Sudog? FindSudog(LayoutLadder layouts)
    {
        if (!layouts.TryFind("runtime.sudog", out StructLayout? s))
            return null;
        // From Go 1.26 on elem and c may hide their pointer from the collector: vu is the word to trust.
        Reach reach = new(s);
        Sudog sudog = new(reach.Length, reach.Of("g"), reach.Of("next"), reach.Of("elem.vu", "elem"), reach.Of("waitlink"), reach.Of("c.vu", "c.maybeTraceablePtr.vu", "c"));
        return reach.Failed ? null : sudog with { Bytes = reach.Length };
    }

    private static Channel? FindChannel(LayoutLadder layouts)
    {
        if (!layouts.TryFind("runtime.hchan", out StructLayout? h))
            return null;
        Reach reach = new(h);
        Channel channel = new(0, reach.Of("qcount"), reach.Of("dataqsiz"), reach.Of("closed"), reach.Of("elemtype"),
            reach.Of("recvq.first"), reach.Of("recvq.last"), reach.Of("sendq.first"), reach.Of("sendq.last"));
        return reach.Failed ? null : channel with { Bytes = reach.Length };
    }

    private static PollDesc? FindPollDesc(LayoutLadder layouts)
    {
        if (!layouts.TryFind("runtime.pollDesc", out StructLayout? p))
            return null;
        Reach reach = new(p);
        PollDesc poll = new(0, reach.Of("fd"), reach.Of("rg"), reach.Of("wg"), reach.Of("self"));
        return reach.Failed ? null : poll with { Bytes = reach.Length };
    }

    private static int? Offset(LayoutLadder layouts, string type, params ReadOnlySpan<string> paths)
    {
        if (!layouts.TryFind(type, out StructLayout? layout))
            return null;
        foreach (string path in paths)
        {
            if (layout.OffsetOf(path) is int offset && offset is >= 0 and < 256)
                return offset;
        }
        return null;
    }

    /// <summary>Collects the offsets of fields, and how far into the structure they reach.</summary>
    private sealed class Reach(StructLayout layout)
    {
        public int Length { get; private set; }

        public bool Failed { get; private set; }

        public int Of(params ReadOnlySpan<string> paths)
        {
            foreach (string path in paths)
            {
                if (layout.OffsetOf(path) is int offset && offset >= 0 && offset <= MaxBytes - 8)
                {
                    Length = Math.Max(Length, offset + 8);
                    return offset;
                }
            }
            Failed = true;
            return 0;
        }
    }
}
