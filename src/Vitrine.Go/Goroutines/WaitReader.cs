using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Finds what parked goroutines wait for. The runtime parks a goroutine with a queue entry (sudog) or a poller descriptor (pollDesc) that names it; from
/// Go 1.26 on g.waiting leads there for all of package sync too, before that only for channels. Where nothing leads there, the parked frames
/// still hold the pointer, because they need it again after waking: a word on the stack counts only if what it points to names the goroutine.
/// One per thread; nothing is allocated per goroutine.
/// </summary>
internal sealed class WaitReader : IDisposable
{
    /// <summary>Frames from the innermost on in which the pointer can be: gopark, its caller, and up to three runtime functions above.</summary>
    private const int FramesSearched = 5;

    /// <summary>Bytes of those frames looked at.</summary>
    private const int BytesSearched = 1024;

    /// <summary>How often one stack is searched in vain before its waits are unknown.</summary>
    private const int SearchesPerStack = 3;

    private const int NotSearched = 0;
    private const int NotFound = -SearchesPerStack;

    private readonly ReadContext _context;
    private readonly ReadPlan _objects = new() { CoalesceGap = 512 };
    private readonly ReadPlan _channelPlan = new() { CoalesceGap = 512 };
    private readonly int _maxSelectCases;
    private readonly int _condWait;
    private Candidate[] _candidates = new Candidate[BatchReader.Capacity];
    private int _count;

    // For each stack of this thread: offset + 1 of the word that led to the object, or minus the number of searches in vain.
    private int[] _slots = new int[256];

    public WaitReader(ReadContext context, GoroutineDumpOptions options)
    {
        _context = context;
        _maxSelectCases = options.MaxSelectCases;
        IReadOnlyList<GoFunction> wait = context.Binary.Functions.FindByName("sync.(*Cond).Wait");
        _condWait = wait.Count > 0 ? wait[0].Index : -1;
    }

    public ChannelTable Channels { get; } = new();

    public SelectCaseTable Cases { get; } = new();

    private enum ObjectKind : byte
    {
        Sudog,
        PollDesc,
    }

    public void Begin()
    {
        _objects.Clear();
        _count = 0;
    }

    /// <summary>Notes what has to be read for one goroutine whose stack was just walked.</summary>
    /// <param name="index">Its number in the batch.</param>
    /// <param name="row">Its record; the wait is filled in here or in <see cref="Finish"/>.</param>
    /// <param name="waiting">g.waiting.</param>
    /// <param name="sp">Where <paramref name="stack"/> begins.</param>
    /// <param name="stack">The copy of its stack.</param>
    /// <param name="walker">The walk of that stack.</param>
    /// <param name="functionIndexes">Function numbers by program counter.</param>
    public void Note(int index, ref GoroutineRecord row, ulong waiting, ulong sp, ReadOnlySpan<byte> stack, StackWalker walker, FrameCache functionIndexes)
    {
        switch (_context.Reasons.ClassOf(row.WaitReason))
        {
            case WaitClass.Receive:
            case WaitClass.Send:
            case WaitClass.Select:
                if (_context.Waits.SudogLayout is not { } sudog || _context.Waits.ChannelLayout is null)
                    Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
                else
                    Add(index, waiting, sudog.Bytes, ObjectKind.Sudog, WaitHow.Sudog);
                break;
            case WaitClass.NilChannel:
                Set(ref row, WaitKind.NilChannel, WaitHow.Reason);
                break;
            case WaitClass.NoCases:
                Set(ref row, WaitKind.NoCases, WaitHow.Reason);
                break;
            case WaitClass.Sleep:
                Set(ref row, WaitKind.Sleep, WaitHow.Reason);
                break;
            case WaitClass.Semaphore:
                NoteSemaphore(index, ref row, waiting, sp, stack, walker);
                break;
            case WaitClass.Cond:
                if (waiting != 0)
                    NoteSemaphore(index, ref row, waiting, sp, stack, walker);
                else
                    FindCond(ref row, sp, stack, walker, functionIndexes);
                break;
            case WaitClass.Network:
                if (_context.Waits.PollDescLayout is not { } poll)
                    Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
                else if (WordOnStack(row.Address, row.StackId, sp, stack, walker, poll.Bytes, ObjectKind.PollDesc, out ulong found))
                    Add(index, found, poll.Bytes, ObjectKind.PollDesc, WaitHow.StackPollDesc);
                else
                    Set(ref row, WaitKind.Unknown, WaitHow.NotOnStack);
                break;
            case WaitClass.Runtime:
                Set(ref row, WaitKind.Runtime, WaitHow.Reason);
                break;
            default:
                Set(ref row, WaitKind.Unknown, WaitHow.UnknownReason);
                break;
        }
    }

    /// <summary>Reads what was noted, all goroutines together, and fills in their waits.</summary>
    public void Finish(Span<GoroutineRecord> rows)
    {
        if (_count > 0)
        {
            _context.Memory.Read(_objects);
            int selects = 0;
            for (int i = 0; i < _count; i++)
            {
                Candidate candidate = _candidates[i];
                ref GoroutineRecord row = ref rows[candidate.Index];
                if (!_objects.Ok(candidate.Range) || !NamesGoroutine(_objects[candidate.Range], candidate.Kind, row.Address))
                {
                    Set(ref row, WaitKind.Unknown, WaitHow.Changed);
                    continue;
                }
                if (Take(ref row, candidate, _objects[candidate.Range], out ulong next))
                    _candidates[selects++] = candidate with { Object = next, Last = (int)row.WaitAddress };
            }
            FollowSelects(rows, selects);
        }
        if (_context.Waits.ChannelLayout is { } channel)
            Channels.ReadNew(_context.Memory, _channelPlan, channel);
    }

    public void Dispose()
    {
        _objects.Dispose();
        _channelPlan.Dispose();
    }

    private static void Set(ref GoroutineRecord row, WaitKind kind, WaitHow how)
    {
        row.WaitKind = kind;
        row.WaitHow = how;
        row.WaitAddress = 0;
        row.WaitExtra = 0;
    }

    private void Add(int index, ulong address, int length, ObjectKind kind, WaitHow how)
    {
        if (_count == _candidates.Length)
            Array.Resize(ref _candidates, _count * 2);
        _candidates[_count++] = new Candidate(index, address, _objects.Add(address, length), kind, how, -1);
    }

    private void NoteSemaphore(int index, ref GoroutineRecord row, ulong waiting, ulong sp, ReadOnlySpan<byte> stack, StackWalker walker)
    {
        if (_context.Waits.SudogLayout is not { } sudog)
            Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
        else if (waiting != 0)
            Add(index, waiting, sudog.Bytes, ObjectKind.Sudog, WaitHow.Sudog);
        else if (WordOnStack(row.Address, row.StackId, sp, stack, walker, sudog.Bytes, ObjectKind.Sudog, out ulong found))
            Add(index, found, sudog.Bytes, ObjectKind.Sudog, WaitHow.StackSudog);
        else
            Set(ref row, WaitKind.Unknown, WaitHow.NotOnStack);
    }

    /// <summary>Before Go 1.26 nothing names the condition variable but the receiver of Wait, which is kept because Wait locks c.L at its end.</summary>
    private void FindCond(ref GoroutineRecord row, ulong sp, ReadOnlySpan<byte> stack, StackWalker walker, FrameCache functionIndexes)
    {
        Set(ref row, WaitKind.Unknown, WaitHow.NotOnStack);
        ReadOnlySpan<ulong> pcs = walker.Pcs;
        for (int frame = 0; frame < pcs.Length && frame < FramesSearched; frame++)
        {
            ulong pc = unchecked((pcs[frame] & ~StackWalker.ExactPcBit) - _context.Bias);
            if (!functionIndexes.TryGet(pc, out FrameInfo info) || info.FunctionIndex != _condWait)
                continue;
            ulong slot = walker.FrameBases[frame] - sp;
            if (slot > (ulong)stack.Length || (ulong)stack.Length - slot < 8)
                return;
            ulong cond = Word.At(stack, (int)slot);
            if (cond == 0 || (cond & 7) != 0)
                return;
            row.WaitKind = WaitKind.Lock;
            row.WaitHow = WaitHow.ArgumentSlot;
            row.WaitAddress = cond + (uint)_context.Waits.LockOffsets.Cond;
            return;
        }
    }

    /// <summary>The word on the stack that leads to the object. Its place is the same in equal stacks, so it is searched once per stack.</summary>
    private bool WordOnStack(ulong g, int stackId, ulong sp, ReadOnlySpan<byte> stack, StackWalker walker, int length, ObjectKind kind, out ulong word)
    {
        word = 0;
        if (stackId >= _slots.Length)
            Array.Resize(ref _slots, Math.Max(_slots.Length * 2, stackId + 1));
        int slot = _slots[stackId];
        if (slot > NotSearched)
        {
            if (slot - 1 > stack.Length - 8)
                return false;
            word = Word.At(stack, slot - 1);
            return true;
        }
        if (slot == NotFound)
            return false;

        ReadOnlySpan<ulong> bases = walker.FrameBases;
        if (bases.IsEmpty)
            return false;
        ulong end = Math.Min(bases[Math.Min(FramesSearched, bases.Length) - 1] - sp, (ulong)Math.Min(stack.Length, BytesSearched));
        Span<byte> bytes = stackalloc byte[length];
        for (int offset = 0; offset + 8 <= (int)end; offset += 8)
        {
            word = Word.At(stack, offset);
            // Small numbers, unaligned words and addresses of the kernel cannot be the object.
            if (word < 4096 || (word & 7) != 0 || word >> 47 != 0)
                continue;
            if (_context.Memory.TryRead(word, bytes) && NamesGoroutine(bytes, kind, g))
            {
                _slots[stackId] = offset + 1;
                return true;
            }
        }
        _slots[stackId]--;
        word = 0;
        return false;
    }

    private bool NamesGoroutine(ReadOnlySpan<byte> bytes, ObjectKind kind, ulong g) => kind == ObjectKind.Sudog
        ? Word.At(bytes, _context.Waits.SudogLayout!.G) == g
        : Word.At(bytes, _context.Waits.PollDescLayout!.Reader) == g || Word.At(bytes, _context.Waits.PollDescLayout.Writer) == g;

    /// <summary>Fills in a wait; true when a select has more cases to follow.</summary>
    private bool Take(ref GoroutineRecord row, in Candidate candidate, ReadOnlySpan<byte> bytes, out ulong next)
    {
        next = 0;
        row.WaitHow = candidate.How;
        if (candidate.Kind == ObjectKind.PollDesc)
        {
            WaitLayouts.PollDesc poll = _context.Waits.PollDescLayout!;
            ulong descriptor = Word.At(bytes, poll.Fd);
            row.WaitKind = WaitKind.Network;
            row.WaitAddress = candidate.Object;
            row.WaitExtra = descriptor <= int.MaxValue ? (int)descriptor : -1;
            row.WaitDirection = Word.At(bytes, poll.Reader) == row.Address ? ChannelDirection.Receive : ChannelDirection.Send;
            return false;
        }

        WaitLayouts.Sudog sudog = _context.Waits.SudogLayout!;
        WaitClass reason = _context.Reasons.ClassOf(row.WaitReason);
        if (reason is WaitClass.Semaphore or WaitClass.Cond)
        {
            row.WaitKind = WaitKind.Lock;
            row.WaitAddress = Word.At(bytes, sudog.Elem);
            if (row.WaitAddress == 0)
                Set(ref row, WaitKind.Unknown, WaitHow.Changed);
            return false;
        }

        ulong channel = Word.At(bytes, sudog.C);
        Channels.Add(channel);
        if (reason != WaitClass.Select)
        {
            row.WaitKind = WaitKind.Channel;
            row.WaitAddress = channel;
            row.WaitDirection = reason == WaitClass.Receive ? ChannelDirection.Receive : ChannelDirection.Send;
            return false;
        }
        row.WaitKind = WaitKind.Select;
        row.WaitAddress = (ulong)Cases.Add(channel, candidate.Object);
        row.WaitExtra = 1;
        next = Word.At(bytes, sudog.WaitLink);
        return next != 0;
    }

    /// <summary>Follows the cases of all selects in step: one round of reads per case of the longest one.</summary>
    private void FollowSelects(Span<GoroutineRecord> rows, int count)
    {
        WaitLayouts.Sudog? sudog = _context.Waits.SudogLayout;
        while (count > 0 && sudog is not null)
        {
            _objects.Clear();
            for (int i = 0; i < count; i++)
                _candidates[i] = _candidates[i] with { Range = _objects.Add(_candidates[i].Object, sudog.Bytes) };
            _context.Memory.Read(_objects);
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                Candidate candidate = _candidates[i];
                ref GoroutineRecord row = ref rows[candidate.Index];
                if (!_objects.Ok(candidate.Range) || !NamesGoroutine(_objects[candidate.Range], ObjectKind.Sudog, row.Address))
                {
                    row.WaitHow = WaitHow.Changed;
                    continue;
                }
                ReadOnlySpan<byte> bytes = _objects[candidate.Range];
                ulong channel = Word.At(bytes, sudog.C);
                Channels.Add(channel);
                int added = Cases.Add(channel, candidate.Object);
                Cases.Link(candidate.Last, added);
                ulong next = Word.At(bytes, sudog.WaitLink);
                if (++row.WaitExtra < _maxSelectCases && next != 0)
                    _candidates[kept++] = candidate with { Object = next, Last = added };
                else if (next != 0)
                    row.WaitHow = WaitHow.Changed;
            }
            count = kept;
        }
    }

    private readonly record struct Candidate(int Index, ulong Object, int Range, ObjectKind Kind, WaitHow How, int Last);
}
