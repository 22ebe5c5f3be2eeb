using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Publishing;

/// <summary>
/// The latest of a stream of values: any number of threads write, any number read, nobody locks and nobody waits. A reader gets a value that one writer wrote whole, and
/// never an older one than it, or anybody it has heard from, got before.
/// </summary>
/// <typeparam name="T">A value without references, of any size.</typeparam>
/// <remarks>
/// <para>
/// A ring of slots, each a sequence lock of its own. A write takes a ticket t and owns slot t mod N: it makes the slot's version odd (2t + 1), writes the value, makes the
/// version even (2t), and raises <c>_published</c> to t unless somebody was faster. A read takes t from <c>_published</c>, copies, and starts again unless the version is 2t after
/// the copy; it need not look before, since what is published is whole. With one slot this would be a plain sequence lock, whose readers spin while a preempted writer holds it; here the published slot is never the one that is
/// being written, so a reader copies at once.
/// </para>
/// <para>
/// <b>Progress.</b> A writer takes the slot of ticket t − N only when something newer than t − N is published, and gives up otherwise (<see cref="Dropped"/>): then N − 1
/// others are busy with newer values. So a reader's copy is disturbed only after something newer was published: each retry means that a write succeeded (lock-free), and
/// with one writer every 5 ms and 8 slots a reader would have to sleep 35 ms in the middle of its copy to retry at all. A write has no loop without a bound.
/// </para>
/// <para>
/// <b>Memory order</b>, for processors that reorder (arm64; on x86-64 the barriers cost nothing but compiler order). Four orders are needed:
/// (1) the odd version is visible before any word of the value: <see cref="Volatile.WriteBarrier"/> after the exchange (<c>dmb ishst</c>). The exchange alone does not give it: with
/// LSE it is <c>casal</c>, whose acquire half orders its <i>read</i> before what follows, not its write.
/// (2) the value is visible before the even version, and (3) that before <c>_published</c>: a release store (<c>stlr</c>) and an exchange with release.
/// (4) a reader reads <c>_published</c>, the value, the version, in this order: an acquire load (<c>ldar</c>) for the first, and
/// <see cref="Volatile.ReadBarrier"/> (<c>dmb ishld</c>) between the copy and the last load, because an acquire load orders only what comes after it.
/// The copy itself may tear, reorder and vectorise as it likes: what is not proved whole by the versions is thrown away.
/// </para>
/// <para>A test explores every interleaving of this protocol with store buffers and reordered loads, and shows that it fails without each of them.</para>
/// </remarks>
sealed class Latest<T> where T : unmanaged
{
    readonly Slot[] _slots;
    readonly int _mask;
    Padded _ticket;
    Padded _published;
    Padded _dropped;

    // A version and its value are written together, apart from the neighbour's.
    struct Slot
    {
        public Padded Version;
        public T Value;
    }

    /// <param name="slots">A power of two, at least 2: one more than the writers that may be stalled in the middle of a write without costing others theirs.</param>
    public Latest(int slots = 8)
    {
        if (slots < 2 || (slots & (slots - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(slots), slots, "The number of slots is a power of two, at least 2.");
        _slots = new Slot[slots];
        _mask = slots - 1;
    }

    /// <summary>The ticket of the latest value; 0 when there is none.</summary>
    public long Published => Volatile.Read(ref _published.Value);

    /// <summary>Values that were not written because too many other writers were in the middle of theirs.</summary>
    public long Dropped => Volatile.Read(ref _dropped.Value);

    /// <summary>Publishes a value; false when it was dropped because others are busy with newer ones.</summary>
    public bool TryWrite(in T value)
    {
        var ticket = Interlocked.Increment(ref _ticket.Value);
        ref var slot = ref _slots[ticket & _mask];
        var version = Volatile.Read(ref slot.Version.Value);
        if (Volatile.Read(ref _published.Value) <= ticket - _slots.Length && ticket > _slots.Length  // would take the slot that readers read
            || (version & 1) != 0                                                                    // a stalled writer still has it
            || version > ticket << 1                                                                 // this writer was stalled, and lapped
            || Interlocked.CompareExchange(ref slot.Version.Value, (ticket << 1) | 1, version) != version)
        {
            Interlocked.Increment(ref _dropped.Value);
            return false;
        }
        Volatile.WriteBarrier();
        slot.Value = value;
        Volatile.Write(ref slot.Version.Value, ticket << 1);
        Publish(ticket);
        return true;
    }

    void Publish(long ticket)
    {
        // Every failed exchange means that another ticket was published; there are never more rounds than writers that overtake.
        for (var seen = Volatile.Read(ref _published.Value); seen < ticket;)
        {
            var found = Interlocked.CompareExchange(ref _published.Value, ticket, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    /// <summary>Copies the latest value; false when nothing was ever written.</summary>
    /// <param name="value">The copy.</param>
    /// <param name="ticket">Its ticket; a later value has a larger one.</param>
    [SkipLocalsInit]
    public bool TryRead(out T value, out long ticket)
    {
        while ((ticket = Volatile.Read(ref _published.Value)) != 0)
        {
            ref var slot = ref _slots[ticket & _mask];
            value = slot.Value;
            Volatile.ReadBarrier();
            if (Volatile.Read(ref slot.Version.Value) == ticket << 1) return true;
        }
        value = default;
        return false;
    }
}
