using Vitrine.Go.Binary;
using Vitrine.Linux.Sockets;

namespace Vitrine.Go.Goroutines;

/// <summary>Turns the compact wait of a record into what a person or a program reads.</summary>
internal sealed class WaitDescriber(GoroutineDumpTables tables, StackTable stacks)
{
    private readonly Dictionary<ulong, string?> _typeNames = [];

    public WaitingOn? Describe(in GoroutineRecord row, string? reason) => row.WaitKind switch
    {
        WaitKind.None => null,
        WaitKind.Channel => new WaitingOn.Channel(State(row.WaitAddress), row.WaitDirection) { HowKnown = How(row.WaitHow) },
        WaitKind.Select => Select(row),
        WaitKind.NilChannel => new WaitingOn.Forever("the channel is nil") { HowKnown = How(WaitHow.Reason) },
        WaitKind.NoCases => new WaitingOn.Forever("the select has no cases") { HowKnown = How(WaitHow.Reason) },
        WaitKind.Lock => Lock(row, reason),
        WaitKind.Network => Network(row),
        WaitKind.Sleep => new WaitingOn.Sleep { HowKnown = How(WaitHow.Reason) },
        WaitKind.Runtime => new WaitingOn.Runtime(reason ?? "") { HowKnown = How(WaitHow.Reason) },
        _ => new WaitingOn.Unknown(How(row.WaitHow)) { HowKnown = "" },
    };

    private static string How(WaitHow how) => how switch
    {
        WaitHow.Reason => "the wait reason",
        WaitHow.Sudog => "the goroutine's queue entry",
        WaitHow.StackSudog => "a queue entry that names the goroutine, found through its stack",
        WaitHow.StackPollDesc => "a poll descriptor that names the goroutine, found through its stack",
        WaitHow.Changed => "it changed while it was being read",
        WaitHow.NotOnStack => "nothing on its stack leads to a structure that names the goroutine",
        WaitHow.NoLayout => "the binary does not describe the runtime's structure",
        _ => "this version of vitrine does not know the wait reason",
    };

    private WaitingOn.Select Select(in GoroutineRecord row)
    {
        List<SelectCase> cases = [];
        int index = (int)row.WaitAddress;
        for (int i = 0; i < row.WaitExtra && index >= 0; i++)
        {
            ref readonly SelectCaseTable.Row entry = ref tables.Cases![index];
            ChannelDirection direction = tables.Channels?.Find(entry.Channel)?.DirectionOf(entry.Sudog) ?? ChannelDirection.Unknown;
            cases.Add(new SelectCase(State(entry.Channel), direction));
            index = entry.Next;
        }
        return new WaitingOn.Select(cases) { HowKnown = How(WaitHow.Sudog), Truncated = row.WaitHow == WaitHow.Changed };
    }

    private ChannelState State(ulong address) => tables.Channels?.Find(address) is { } channel
        ? new ChannelState(address, channel.Length, channel.Capacity, channel.Closed, TypeName(channel.ElementType))
        : new ChannelState(address, -1, -1, false, null);

    private string? TypeName(ulong descriptor)
    {
        if (_typeNames.TryGetValue(descriptor, out string? name))
            return name;
        if (descriptor != 0 && tables.Context.Binary.Types.TryDescribe(unchecked(descriptor - tables.Context.Bias), out GoType type))
            name = type.Name;
        return _typeNames[descriptor] = name;
    }

    /// <summary>From the word that the runtime queues on back to the lock that holds it.</summary>
    private WaitingOn.Lock Lock(in GoroutineRecord row, string? reason)
    {
        WaitLayouts.Locks offsets = tables.Context.Waits.LockOffsets;
        LockKind kind = reason switch
        {
            "sync.Mutex.Lock" => LockKind.Mutex,
            "sync.RWMutex.RLock" => LockKind.RWMutexRead,
            "sync.RWMutex.Lock" => LockKind.RWMutexWrite,
            "sync.WaitGroup.Wait" or "sync.WaitGroup.Wait (durable)" => LockKind.WaitGroup,
            "sync.Cond.Wait" => LockKind.Cond,
            _ => KindFromStack(row.StackId),
        };
        int offset = kind switch
        {
            LockKind.Mutex => offsets.Mutex,
            LockKind.RWMutexRead => offsets.RWMutexReader,
            LockKind.RWMutexWrite => offsets.RWMutexWriter,
            LockKind.WaitGroup => offsets.WaitGroup,
            LockKind.Cond => offsets.Cond,
            _ => 0,
        };
        return new WaitingOn.Lock(row.WaitAddress - (uint)offset, kind) { SemaphoreAddress = row.WaitAddress, HowKnown = How(row.WaitHow) };
    }

    /// <summary>Older versions of Go say "semacquire" for every lock; the functions that called it tell which.</summary>
    private LockKind KindFromStack(int stackId)
    {
        foreach (Frame frame in stacks.Frames(stackId))
        {
            switch (frame.Function)
            {
                case "sync.(*Mutex).lockSlow" or "internal/sync.(*Mutex).lockSlow":
                    return LockKind.Mutex;
                case "sync.(*RWMutex).RLock":
                    return LockKind.RWMutexRead;
                case "sync.(*RWMutex).Lock":
                    return LockKind.RWMutexWrite;
                case "sync.(*WaitGroup).Wait":
                    return LockKind.WaitGroup;
                default:
                    // The runtime's own frames and the linkname bridge lie before the caller.
                    if (!frame.Function.StartsWith("runtime.", StringComparison.Ordinal) && !frame.Function.Contains("untime_Semacquire", StringComparison.Ordinal)
                        && !frame.Function.StartsWith("sync.", StringComparison.Ordinal))
                        return LockKind.Semaphore;
                    break;
            }
        }
        return LockKind.Semaphore;
    }

    private WaitingOn.Network Network(in GoroutineRecord row)
    {
        SocketInfo? socket = tables.Descriptors?.Socket(row.WaitExtra);
        return new WaitingOn.Network(row.WaitExtra, row.WaitDirection)
        {
            HowKnown = How(row.WaitHow),
            PollDescriptor = row.WaitAddress,
            Description = tables.Descriptors?.Describe(row.WaitExtra),
            Protocol = socket?.Protocol,
            Local = socket?.Local,
            Remote = socket?.Remote,
            SocketState = socket?.State,
            UnixPath = socket?.Path,
        };
    }
}
