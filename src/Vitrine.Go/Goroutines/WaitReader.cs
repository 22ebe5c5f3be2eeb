using System.Numerics;
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

    /// <summary>Words of those frames looked at: one bit each in <see cref="Places.Words"/>.</summary>
    private const int WordsSearched = 64;

    /// <summary>How many goroutines with one stack are searched in vain before the others' waits are unknown without a search.</summary>
    private const int VainSearches = 3;

    /// <summary>How many goroutines must have the pointer in the same place before that place is trusted for the rest.</summary>
    private const int ConfirmedBy = 2;

    private readonly ReadContext _context;
    private readonly ReadPlan _objects = new() { CoalesceGap = 512 };
    private readonly ReadPlan _channelPlan = new() { CoalesceGap = 512 };
    private readonly int _maxSelectCases;
    private NotifyLists? _notifyLists;
    private Candidate[] _candidates = new Candidate[BatchReader.Capacity];
    private int _count;

    // For each stack of this thread.
    private Places[] _places = new Places[256];

    public WaitReader(ReadContext context, GoroutineDumpOptions options)
    {
        _context = context;
        _maxSelectCases = options.MaxSelectCases;
    }

    public ChannelTable Channels { get; } = new();

    public SelectCaseTable Cases { get; } = new();

    private enum ObjectKind : byte
    {
        Sudog,
        PollDesc,
        NotifyList,
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
    /// <param name="stack">Its stack.</param>
    public void Note(int index, ref GoroutineRecord row, ulong waiting, in ParkedStack stack)
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
                NoteSemaphore(index, ref row, waiting, stack);
                break;
            case WaitClass.Cond:
                if (waiting != 0)
                    NoteSemaphore(index, ref row, waiting, stack);
                else
                    FindCond(ref row, stack);
                break;
            case WaitClass.Network:
                if (_context.Waits.PollDescLayout is not { } poll)
                    Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
                else if (WordOnStack(stack, poll.Bytes, ObjectKind.PollDesc, out ulong found))
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
                if (!_objects.Ok(candidate.Range) || !NamesGoroutine(_objects[candidate.Range], candidate.Kind, candidate.Object, row.Address))
                {
                    // Perhaps the word was the wrong one from the start: the next goroutine with this stack searches anew.
                    if (candidate.How is WaitHow.StackSudog or WaitHow.StackPollDesc)
                        _places[row.StackId] = default;
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

    private void NoteSemaphore(int index, ref GoroutineRecord row, ulong waiting, in ParkedStack stack)
    {
        if (_context.Waits.SudogLayout is not { } sudog)
            Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
        else if (waiting != 0)
            Add(index, waiting, sudog.Bytes, ObjectKind.Sudog, WaitHow.Sudog);
        else if (WordOnStack(stack, sudog.Bytes, ObjectKind.Sudog, out ulong found))
            Add(index, found, sudog.Bytes, ObjectKind.Sudog, WaitHow.StackSudog);
        else
            Set(ref row, WaitKind.Unknown, WaitHow.NotOnStack);
    }

    /// <summary>Before Go 1.26 no queue entry names the condition variable: the notify list in the parked frames does, and its queue names the goroutine.</summary>
    private void FindCond(ref GoroutineRecord row, in ParkedStack stack)
    {
        if (_context.Waits.SudogLayout is not { } sudog)
        {
            Set(ref row, WaitKind.Unknown, WaitHow.NoLayout);
            return;
        }
        _notifyLists ??= new NotifyLists(_context.Memory, sudog);
        bool found = WordOnStack(stack, NotifyLists.Bytes, ObjectKind.NotifyList, out ulong list);
        if (!found || !_notifyLists.Holds(list, row.Address))
        {
            Set(ref row, WaitKind.Unknown, found ? WaitHow.Changed : WaitHow.NotOnStack);
            return;
        }
        row.WaitKind = WaitKind.Lock;
        row.WaitHow = WaitHow.StackSudog;
        row.WaitAddress = list;
    }

    /// <summary>
    /// The word on the stack that leads to the object. Its place is the same in equal stacks; but a word left over from an earlier call can lead there
    /// by chance too, so a place counts only when it was right in two goroutines.
    /// </summary>
    private bool WordOnStack(in ParkedStack stack, int length, ObjectKind kind, out ulong word)
    {
        word = 0;
        if (stack.StackId >= _places.Length)
            Array.Resize(ref _places, Math.Max(_places.Length * 2, stack.StackId + 1));
        ref Places places = ref _places[stack.StackId];
        if (places.Confirmed >= ConfirmedBy)
        {
            int place = BitOperations.TrailingZeroCount(places.Words) * 8;
            if (place > stack.Bytes.Length - 8)
                return false;
            word = Word.At(stack.Bytes, place);
            return stack.CanBeObject(word);
        }
        if (places.Vain == VainSearches)
            return false;

        ulong found = Search(stack, length, kind);
        if (found == 0)
        {
            places.Vain++;
            return false;
        }
        ulong both = places.Words & found;
        places.Confirmed = both == 0 ? (byte)1 : (byte)(places.Confirmed + 1);
        places.Words = both == 0 ? found : both;
        word = Word.At(stack.Bytes, BitOperations.TrailingZeroCount(places.Words) * 8);
        return true;
    }

    /// <summary>All words that lead to an object which names the goroutine.</summary>
    private ulong Search(in ParkedStack stack, int length, ObjectKind kind)
    {
        if (stack.FrameBases.IsEmpty)
            return 0;
        ulong searched = stack.FrameBases[Math.Min(FramesSearched, stack.FrameBases.Length) - 1] - stack.StackPointer;
        int end = (int)Math.Min(searched, (ulong)Math.Min(stack.Bytes.Length, WordsSearched * 8));
        Span<byte> bytes = stackalloc byte[length];
        ulong found = 0;
        for (int offset = 0; offset + 8 <= end; offset += 8)
        {
            ulong word = Word.At(stack.Bytes, offset);
            if (!stack.CanBeObject(word))
                continue;
            bool names = kind == ObjectKind.NotifyList
                ? _notifyLists!.Holds(word, stack.Goroutine)
                : _context.Memory.TryRead(word, bytes) && NamesGoroutine(bytes, kind, word, stack.Goroutine) && IsWhole(bytes, kind, stack);
            if (names)
                found |= 1UL << (offset / 8);
        }
        return found;
    }

    /// <summary>A word that was merely left on the stack can lead to memory that holds the g by chance: a semaphore's entry has an address to wait on, and no channel.</summary>
    private bool IsWhole(ReadOnlySpan<byte> bytes, ObjectKind kind, in ParkedStack stack)
    {
        if (kind != ObjectKind.Sudog)
            return true;
        WaitLayouts.Sudog sudog = _context.Waits.SudogLayout!;
        ulong semaphore = Word.At(bytes, sudog.Elem);
        return Word.At(bytes, sudog.C) == 0 && (semaphore & 3) == 0 && stack.CanBeObject(semaphore & ~7UL)
            && _context.Memory.TryReadUInt32(semaphore, out _);
    }

    private bool NamesGoroutine(ReadOnlySpan<byte> bytes, ObjectKind kind, ulong address, ulong g)
    {
        if (kind == ObjectKind.Sudog)
            return Word.At(bytes, _context.Waits.SudogLayout!.G) == g;
        WaitLayouts.PollDesc poll = _context.Waits.PollDescLayout!;
        return (Word.At(bytes, poll.Reader) == g || Word.At(bytes, poll.Writer) == g) && Word.At(bytes, poll.Self) == address;
    }

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
                if (!_objects.Ok(candidate.Range) || !NamesGoroutine(_objects[candidate.Range], ObjectKind.Sudog, candidate.Object, row.Address))
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

    /// <summary>Where equal stacks hold the pointer.</summary>
    private struct Places
    {
        /// <summary>One bit per word above the stack pointer.</summary>
        public ulong Words;
        public byte Confirmed;
        public byte Vain;
    }

    private readonly record struct Candidate(int Index, ulong Object, int Range, ObjectKind Kind, WaitHow How, int Last);
}
