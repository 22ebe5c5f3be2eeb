namespace Vitrine.DotNet.Tests.Publishing.Model;

/// <summary>
/// One state of the model: the shared memory, what each writer is about to do, the stores that it has made and nobody else can see yet, and what the reader has loaded so far.
/// Everything is a small number in one array, so that a state is copied and compared as bytes.
/// </summary>
/// <remarks>
/// Memory: [0] tickets handed out, [1] published, then per slot: version, two words of the value.
/// Writer: program counter, writes left, ticket, version seen, published seen, length of its store buffer, the buffer: (location, value, flags) each.
/// Reader: loads done (bits), ticket, two words, version, last ticket, reads left.
/// </remarks>
sealed class ModelState(byte[] cells, int slots, int writers)
{
    public const int BufferCapacity = 12, WriterSize = 6 + 3 * BufferCapacity, ReaderSize = 7;
    public const int Tickets = 0, Published = 1;

    public byte[] Cells { get; } = cells;

    public static int Size(int slots, int writers) => 2 + 3 * slots + writers * WriterSize + ReaderSize;

    public static int Version(int ticket, int slots) => 2 + 3 * (ticket % slots);

    public int Writer(int index) => 2 + 3 * slots + index * WriterSize;

    public int Reader => 2 + 3 * slots + writers * WriterSize;

    public ref byte this[int cell] => ref Cells[cell];

    public ModelState Copy() => new((byte[])Cells.Clone(), slots, writers);

    public string Key => System.Text.Encoding.Latin1.GetString(Cells);

    // ---- a writer's store buffer

    public int BufferLength(int writer) => Cells[Writer(writer) + 5];

    public Span<byte> Entry(int writer, int index) => Cells.AsSpan(Writer(writer) + 6 + 3 * index, 3);

    public void Push(int writer, int location, int value, StoreKind kind)
    {
        var index = Cells[Writer(writer) + 5]++;
        var entry = Entry(writer, index);
        (entry[0], entry[1], entry[2]) = ((byte)location, (byte)value, (byte)kind);
    }

    public void RemoveEntry(int writer, int index)
    {
        var length = --Cells[Writer(writer) + 5];
        for (var i = index; i < length; i++)
            Entry(writer, i + 1).CopyTo(Entry(writer, i));
        Entry(writer, length).Clear();
    }

    /// <summary>What the writer itself sees: its own latest store, else the memory.</summary>
    public int Load(int writer, int location)
    {
        for (var i = BufferLength(writer) - 1; i >= 0; i--)
            if ((StoreKind)Entry(writer, i)[2] != StoreKind.Barrier && Entry(writer, i)[0] == location)
                return Entry(writer, i)[1];
        return Cells[location];
    }

    public bool HasStoreTo(int writer, int location)
    {
        for (var i = 0; i < BufferLength(writer); i++)
            if ((StoreKind)Entry(writer, i)[2] != StoreKind.Barrier && Entry(writer, i)[0] == location)
                return true;
        return false;
    }

    /// <summary>Whether an exchange has read the location and not yet written it: then no other exchange may come in between.</summary>
    public bool IsInExchange(int location)
    {
        for (var writer = 0; writer < writers; writer++)
            for (var i = 0; i < BufferLength(writer); i++)
                if ((StoreKind)Entry(writer, i)[2] is StoreKind.Exchange or StoreKind.ExchangeRelaxed && Entry(writer, i)[0] == location)
                    return true;
        return false;
    }

    /// <summary>Whether the store may become visible now: after its own location's earlier ones, after a barrier's, and a release after all earlier ones.</summary>
    public bool CanCommit(int writer, int index)
    {
        var kind = (StoreKind)Entry(writer, index)[2];
        if (kind is StoreKind.Release or StoreKind.Exchange or StoreKind.Barrier) return index == 0;
        for (var i = 0; i < index; i++)
            if ((StoreKind)Entry(writer, i)[2] == StoreKind.Barrier || Entry(writer, i)[0] == Entry(writer, index)[0])
                return false;
        return true;
    }
}
