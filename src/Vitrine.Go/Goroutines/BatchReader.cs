using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Reads goroutines in batches: all their g structures, then all their stacks, then what they wait for, then the heads of the g structures again.
/// A goroutine whose head is unchanged was parked all the time, so its stack belongs to it; the others are read again. One per thread; the
/// buffers are kept, and nothing is allocated per goroutine.
/// </summary>
internal sealed class BatchReader : IDisposable
{
    /// <summary>Goroutines per batch: large enough to make system calls cheap, small enough to keep the time between the two looks short.</summary>
    public const int Capacity = 2048;

    /// <summary>Bytes of a stack read with the batch; deeper stacks are read one by one.</summary>
    private const int FirstStackBytes = 16 << 10;

    /// <summary>Set in the status while a stack is scanned: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (_Gscan).</summary>
    private const uint ScanBit = 0x1000;

    private readonly ReadContext _context;
    private readonly GoroutineDumpOptions _options;
    private readonly ReadPlan _structures = new() { CoalesceGap = 1024 };
    private readonly ReadPlan _stacks = new() { CoalesceGap = 2048 };
    private readonly ReadPlan _heads = new() { CoalesceGap = 1024 };
    private readonly FrameCache _frames;
    private readonly StackWalker _walker;
    private readonly WaitReader? _waits;
    private readonly LabelReader? _labelReader;
    private readonly SystemGoroutines _system;
    private readonly AddressMap _bubbles = new();
    private readonly Saved[] _saved = new Saved[Capacity];
    private readonly int[] _pending = new int[Capacity];
    private byte[] _deepStack = [];
    private ulong[] _bubbleIds = new ulong[16];

    public BatchReader(ReadContext context, GoroutineDumpOptions options)
    {
        _context = context;
        _options = options;
        _frames = new FrameCache(context.Binary.Functions);
        _walker = new StackWalker(_frames, context.Bias, context.Binary.Version, context.Binary.Machine);
        _waits = options.WithWaits ? new WaitReader(context, options) : null;
        _labelReader = options.WithLabels && context.G.Labels >= 0 ? new LabelReader(context.Memory, context.Binary.Version, options) : null;
        _system = new SystemGoroutines(context.Binary.Functions, context.Bias, context.Reasons);
        if (options.WithArguments)
            Arguments = new ArgumentStore(context);
    }

    public StackInterner Stacks { get; } = new();
    public LabelTable Labels { get; } = new();
    public ArgumentStore? Arguments { get; }
    public ChannelTable? Channels => _waits?.Channels;
    public SelectCaseTable? Cases => _waits?.Cases;

    /// <summary>Reads goroutines into rows of the same order. A row whose state is Dead is not a live goroutine.</summary>
    /// <param name="addresses">Addresses of g structures, at most <see cref="Capacity"/>.</param>
    /// <param name="rows">Where they go.</param>
    public void Read(ReadOnlySpan<ulong> addresses, Span<GoroutineRecord> rows)
    {
        Debug.Assert(addresses.Length <= Capacity && rows.Length >= addresses.Length);
        int pending = addresses.Length;
        for (int i = 0; i < pending; i++)
        {
            _pending[i] = i;
            rows[i] = new GoroutineRecord { Address = addresses[i], StackId = -1, LabelSetId = -1, Arguments = -1 };
        }

        for (int attempt = 0; pending > 0; attempt++)
        {
            int parked = ReadStructures(rows, pending, attempt > 0);
            ReadStacks(rows, parked);
            _waits?.Finish(rows);
            pending = Verify(rows, parked);
            if (attempt == _options.Retries)
                break;
        }
        for (int i = 0; i < pending; i++)
            MarkTorn(ref rows[_pending[i]]);
    }

    public void Dispose()
    {
        _structures.Dispose();
        _stacks.Dispose();
        _heads.Dispose();
        _waits?.Dispose();
    }

    private static void MarkTorn(ref GoroutineRecord row)
    {
        row.StackStatus = StackStatus.Torn;
        row.StackId = -1;
        row.Arguments = -1;
        row.WaitKind = WaitKind.None;
    }

    private static GoroutineState StateOf(uint status) => (status & ~ScanBit) switch
    {
        <= 4 => (GoroutineState)(status & ~ScanBit),
        6 => GoroutineState.Dead,
        8 => GoroutineState.CopyStack,
        9 => GoroutineState.Preempted,
        10 => GoroutineState.Leaked,
        11 => GoroutineState.DeadExtra,
        _ => GoroutineState.Unknown,
    };

    /// <summary>First look. Leaves in _pending the goroutines that have a saved stack; returns how many.</summary>
    private int ReadStructures(Span<GoroutineRecord> rows, int count, bool again)
    {
        GLayout layout = _context.G;
        _structures.Clear();
        for (int i = 0; i < count; i++)
            _structures.Add(rows[_pending[i]].Address, layout.Size);
        _context.Memory.Read(_structures);

        int parked = 0;
        for (int i = 0; i < count; i++)
        {
            int index = _pending[i];
            ref GoroutineRecord row = ref rows[index];
            if (again)
                row.Flags |= GoroutineFlags.Retried;
            if (!_structures.Ok(i))
            {
                // Never seen alive: an address that cannot be read is no goroutine, but it must not vanish from the count.
                row.State = GoroutineState.Unknown;
                row.RawState = 255;
                MarkTorn(ref row);
                continue;
            }
            ReadOnlySpan<byte> g = _structures[i];
            Fill(ref row, g);
            if (row.State is GoroutineState.Dead or GoroutineState.DeadExtra)
            {
                row.State = GoroutineState.Dead;
                continue;
            }
            if ((row.Flags & GoroutineFlags.System) != 0 && !_options.WithSystemGoroutines)
                continue;
            if (row.State == GoroutineState.Running)
            {
                row.StackStatus = StackStatus.Running;
                row.ThreadId = ThreadOf(Word.At(g, layout.M), row.Address);
                continue;
            }
            if (row.State == GoroutineState.Syscall)
                row.ThreadId = ThreadOf(Word.At(g, layout.M), row.Address);
            Remember(index, g);
            _pending[parked++] = index;
        }
        return parked;
    }

    private void Fill(ref GoroutineRecord row, ReadOnlySpan<byte> g)
    {
        GLayout layout = _context.G;
        uint status = Word.At32(g, layout.AtomicStatus);
        row.RawState = (byte)Math.Min(status & ~ScanBit, 255);
        row.State = StateOf(status);
        if (row.State is GoroutineState.Dead or GoroutineState.DeadExtra)
            return;
        row.Id = Word.At(g, layout.Goid);
        row.GoPc = Word.At(g, layout.GoPc);
        row.StartPc = Word.At(g, layout.StartPc);
        row.ParentId = layout.ParentGoid >= 0 ? Word.At(g, layout.ParentGoid) : 0;
        bool waits = row.State is GoroutineState.Waiting or GoroutineState.Leaked;
        row.WaitReason = waits ? g[layout.WaitReason] : (byte)0;
        row.WaitSince = row.State is GoroutineState.Waiting or GoroutineState.Syscall ? (long)Word.At(g, layout.WaitSince) : 0;

        GoroutineFlags flags = row.Flags & GoroutineFlags.Retried;
        if ((status & ScanBit) != 0)
            flags |= GoroutineFlags.Scan;
        if (Word.At(g, layout.LockedM) != 0)
            flags |= GoroutineFlags.LockedToThread;
        if (_system.IsSystem(row.StartPc, row.WaitReason, layout.RunningCleanups >= 0 && g[layout.RunningCleanups] != 0))
            flags |= GoroutineFlags.System;
        ulong bubble = layout.Bubble >= 0 ? Word.At(g, layout.Bubble) : 0;
        if (bubble != 0)
        {
            flags |= GoroutineFlags.InBubble;
            row.BubbleId = BubbleId(bubble);
        }
        row.Flags = flags;
        row.WaitKind = WaitKind.None;
        // What an earlier attempt found belongs to another moment.
        row.StackStatus = StackStatus.Complete;
        row.StackId = -1;
        row.Arguments = -1;
        row.ThreadId = 0;
        row.LabelSetId = -1;
        ulong labels = _labelReader is null ? 0 : Word.At(g, layout.Labels);
        if (labels != 0)
            row.LabelSetId = Labels.Number(labels, _labelReader!);
    }

    private void Remember(int index, ReadOnlySpan<byte> g)
    {
        GLayout layout = _context.G;
        ref Saved saved = ref _saved[index];
        saved.Status = Word.At32(g, layout.AtomicStatus);
        saved.Goid = Word.At(g, layout.Goid);
        saved.StackLo = Word.At(g, layout.StackLo);
        saved.StackHi = Word.At(g, layout.StackHi);
        saved.SchedSp = Word.At(g, layout.SchedSp);
        saved.SchedPc = Word.At(g, layout.SchedPc);
        saved.SyscallSp = Word.At(g, layout.SyscallSp);
        saved.SyscallPc = Word.At(g, layout.SyscallPc);
        saved.Waiting = Word.At(g, layout.Waiting);
    }

    /// <summary>Reads and walks the stacks of the goroutines in _pending, then takes the second look at their heads.</summary>
    private void ReadStacks(Span<GoroutineRecord> rows, int count)
    {
        _stacks.Clear();
        for (int i = 0; i < count; i++)
        {
            ref Saved saved = ref _saved[_pending[i]];
            ulong sp = saved.Sp;
            // Go's stacks are below 2^47 and at most 1 GB (the default of runtime/debug.SetMaxStack) or what the program set; the length is bounded below.
            bool sane = sp >= saved.StackLo && sp < saved.StackHi && saved.StackHi >> 47 == 0;
            saved.Range = sane ? _stacks.Add(sp, (int)Math.Min(saved.StackHi - sp, (ulong)Math.Min(FirstStackBytes, _options.MaxStackBytes))) : -1;
        }
        _context.Memory.Read(_stacks);

        _waits?.Begin();
        for (int i = 0; i < count; i++)
        {
            int index = _pending[i];
            ref GoroutineRecord row = ref rows[index];
            ref Saved saved = ref _saved[index];
            if (saved.Range < 0 || !_stacks.Ok(saved.Range))
            {
                row.StackId = -1;
                saved.Unreadable = true;
                continue;
            }
            saved.Unreadable = false;
            ReadOnlySpan<byte> stack = _stacks[saved.Range];
            StackEnd end = Walk(saved, ref stack);
            row.StackId = Stacks.Intern(_walker.Pcs, end);
            row.StackStatus = end == StackEnd.Complete ? StackStatus.Complete : StackStatus.Incomplete;
            if (Arguments is not null)
                row.Arguments = Arguments.Add(_walker, saved.Sp, stack);
            if (row.WaitReason == 0 || _waits is null)
                continue;
            ParkedStack parked = new()
            {
                Goroutine = row.Address,
                StackId = row.StackId,
                Low = saved.StackLo,
                High = saved.StackHi,
                StackPointer = saved.Sp,
                Bytes = stack,
                FrameBases = _walker.FrameBases,
            };
            _waits.Note(index, ref row, saved.Waiting, parked);
        }
    }

    private StackEnd Walk(in Saved saved, ref ReadOnlySpan<byte> stack)
    {
        bool isSyscall = saved.SyscallSp != 0;
        ulong pc = isSyscall ? saved.SyscallPc : saved.SchedPc;
        ulong length = saved.StackHi - saved.Sp;
        StackEnd end = _walker.Walk(pc, saved.Sp, stack, (ulong)stack.Length == length, isSyscall, _options.MaxDepth);
        for (int size = FirstStackBytes; end == StackEnd.NotRead && size < _options.MaxStackBytes && (ulong)size < length;)
        {
            size = (int)Math.Min(length, (ulong)Math.Min(_options.MaxStackBytes, (long)size * 16));
            if (_deepStack.Length < size)
                _deepStack = new byte[size];
            if (!_context.Memory.TryRead(saved.Sp, _deepStack.AsSpan(0, size)))
                break;
            stack = _deepStack.AsSpan(0, size);
            end = _walker.Walk(pc, saved.Sp, stack, (ulong)size == length, isSyscall, _options.MaxDepth);
        }
        return end;
    }

    /// <summary>Second look: accepts what did not change, leaves the rest in _pending; returns how many are left.</summary>
    private int Verify(Span<GoroutineRecord> rows, int count)
    {
        GLayout layout = _context.G;
        _heads.Clear();
        for (int i = 0; i < count; i++)
            _heads.Add(rows[_pending[i]].Address, layout.HeadLength);
        _context.Memory.Read(_heads);

        int left = 0;
        for (int i = 0; i < count; i++)
        {
            int index = _pending[i];
            ref Saved saved = ref _saved[index];
            if (!saved.Unreadable && _heads.Ok(i) && saved.IsUnchanged(_heads[i], layout) && (saved.Status & ~ScanBit) != (uint)GoroutineState.CopyStack)
                continue;
            _pending[left++] = index;
        }
        return left;
    }

    private int ThreadOf(ulong m, ulong g)
    {
        if (_context.M is not { } layout || m == 0)
            return 0;
        Span<byte> bytes = stackalloc byte[layout.Bytes];
        if (!_context.Memory.TryRead(m, bytes) || Word.At(bytes, layout.CurG) != g)
            return 0;
        ulong thread = Word.At(bytes, layout.ProcId);
        return thread is > 0 and <= int.MaxValue ? (int)thread : 0;
    }

    private ulong BubbleId(ulong bubble)
    {
        int number = _bubbles.Add(bubble, out bool isNew);
        if (isNew)
        {
            if (number == _bubbleIds.Length)
                Array.Resize(ref _bubbleIds, number * 2);
            _bubbleIds[number] = _context.BubbleId >= 0 && _context.Memory.TryReadUInt64(bubble + (uint)_context.BubbleId, out ulong id) ? id : 0;
        }
        return _bubbleIds[number];
    }

    private struct Saved
    {
        public ulong Goid;
        public ulong StackLo;
        public ulong StackHi;
        public ulong SchedSp;
        public ulong SchedPc;
        public ulong SyscallSp;
        public ulong SyscallPc;
        public ulong Waiting;
        public uint Status;
        public int Range;
        public bool Unreadable;

        /// <summary>In a system call, and on the way out of one, the runtime saved the registers at its entry.</summary>
        public readonly ulong Sp => SyscallSp != 0 ? SyscallSp : SchedSp;

        public readonly bool IsUnchanged(ReadOnlySpan<byte> g, GLayout layout) =>
            // The scan bit comes and goes while a collector looks at the stack, which changes nothing; a stack that it moves shows in the addresses.
            ((Word.At32(g, layout.AtomicStatus) ^ Status) & ~ScanBit) == 0
            && Word.At(g, layout.Goid) == Goid
            && Word.At(g, layout.SchedSp) == SchedSp
            && Word.At(g, layout.SchedPc) == SchedPc
            && Word.At(g, layout.SyscallSp) == SyscallSp
            && Word.At(g, layout.SyscallPc) == SyscallPc
            && Word.At(g, layout.StackLo) == StackLo
            && Word.At(g, layout.StackHi) == StackHi;
    }
}
