using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Who waits in which notify list, the queue of a sync.Cond: https://github.com/golang/go/blob/go1.25.0/src/runtime/sema.go (notifyList).
/// Each list is walked once per dump, however many goroutines wait in it. One per thread.
/// </summary>
internal sealed class NotifyLists(IMemoryReader memory, WaitLayouts.Sudog sudog)
{
    // wait, notify uint32; lock; head, tail *sudog.
    private const int Head = 16;
    private const int Tail = 24;

    /// <summary>Bytes of a list.</summary>
    public const int Bytes = 32;

    /// <summary>Queue entries followed per dump, all lists together.</summary>
    private const int MaxEntries = 1 << 20;

    private readonly AddressMap _walked = new();
    private readonly AddressMap _waiters = new();
    private readonly List<ulong> _listOfWaiter = [];
    private int _budget = MaxEntries;

    /// <summary>Whether the list at an address holds a goroutine. Any address may be asked for.</summary>
    public bool Holds(ulong list, ulong g)
    {
        if (_walked.Find(list) < 0)
            Walk(list);
        int waiter = _waiters.Find(g);
        return waiter >= 0 && _listOfWaiter[waiter] == list;
    }

    private void Walk(ulong list)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!memory.TryRead(list, bytes))
            return;
        ulong entry = Word.At(bytes, Head);
        ulong tail = Word.At(bytes, Tail);
        // More tickets given out than called, and both ends set: most words that are not a list fail here.
        if (entry == 0 || tail == 0 || Word.At32(bytes, 0) == Word.At32(bytes, 4) || ((entry | tail) & 7) != 0)
            return;
        _walked.Add(list, out _);
        Span<byte> waiter = stackalloc byte[sudog.Bytes];
        while (entry != 0 && _budget-- > 0 && memory.TryRead(entry, waiter))
        {
            int number = _waiters.Add(Word.At(waiter, sudog.G), out bool isNew);
            if (isNew)
                _listOfWaiter.Add(list);
            else if (_listOfWaiter[number] == list)
                break;
            else
                _listOfWaiter[number] = list;
            if (entry == tail)
                break;
            entry = Word.At(waiter, sudog.Next);
        }
    }
}
