using System.Buffers.Binary;
using System.Text;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// One symbol table with an index by name. The index holds two ints for each symbol, not strings: a Go service has some 100,000 symbols of
/// which a handful are asked for.
/// </summary>
internal sealed class ElfSymbolTable
{
    const int EntrySize = 24;

    // A hostile table may let millions of symbols share one long name; hashing only its beginning bounds the work.
    const int HashedBytes = 256;

    readonly ElfFile file;
    readonly ElfSection section;
    readonly ElfSection? strings;
    readonly Lock building = new();
    int[]? heads;
    int[]? next;

    public ElfSymbolTable(ElfFile file, ElfSection section)
    {
        this.file = file;
        this.section = section;
        strings = section.Link < (uint)file.Sections.Count ? file.Sections[(int)section.Link] : null;
        Count = file.Contents(section).Length / EntrySize;
        if (Count > file.Limits.MaxSymbols)
            throw new BadBinaryException($"{file.Name}: {section.Name} holds {Count} symbols, the limit is {file.Limits.MaxSymbols} (Limits.MaxSymbols).");
    }

    public int Count { get; }

    public ElfSymbol this[int index]
    {
        get
        {
            var entry = file.Contents(section).Slice(index * EntrySize, EntrySize);
            return new ElfSymbol(
                Encoding.UTF8.GetString(Name(Strings(), entry)),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                (byte)(entry[4] & 0xf),
                (byte)(entry[4] >> 4),
                BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]));
        }
    }

    public bool TryFind(string name, out ElfSymbol symbol)
    {
        Build();
        var wanted = Encoding.UTF8.GetBytes(name);
        var entries = file.Contents(section);
        var texts = Strings();
        for (var i = heads![Hash(wanted) & (uint)(heads.Length - 1)]; i >= 0; i = next![i])
        {
            var entry = entries.Slice(i * EntrySize, EntrySize);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) != 0 && IsName(texts, entry, wanted))
            {
                symbol = this[i];
                return true;
            }
        }
        symbol = default;
        return false;
    }

    void Build()
    {
        lock (building)
        {
            if (heads is not null)
                return;
            var entries = file.Contents(section);
            var texts = Strings();
            var table = new int[(int)uint.RotateLeft(1, 32 - int.LeadingZeroCount(Math.Max(Count, 1)))];
            var links = new int[Count];
            Array.Fill(table, -1);

            // From the back, so that the first of two equal names is found first.
            for (var i = Count - 1; i >= 0; i--)
            {
                var start = BinaryPrimitives.ReadUInt32LittleEndian(entries[(i * EntrySize)..]);
                if (start == 0 || start >= (uint)texts.Length)
                    continue;
                var name = texts[(int)start..];
                name = name[..Math.Min(name.Length, HashedBytes)];
                var end = name.IndexOf((byte)0);
                var slot = Hash(end >= 0 ? name[..end] : name) & (uint)(table.Length - 1);
                links[i] = table[slot];
                table[slot] = i;
            }
            next = links;
            heads = table;
        }
    }

    ReadOnlySpan<byte> Strings() => strings is null ? default : file.Contents(strings);

    ReadOnlySpan<byte> Name(ReadOnlySpan<byte> texts, ReadOnlySpan<byte> entry) =>
        ElfFile.NameAt(texts, BinaryPrimitives.ReadUInt32LittleEndian(entry), file.Limits.MaxNameBytes);

    static bool IsName(ReadOnlySpan<byte> texts, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> wanted)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        return start < (uint)texts.Length
            && texts.Length - (int)start > wanted.Length
            && texts.Slice((int)start, wanted.Length).SequenceEqual(wanted)
            && texts[(int)start + wanted.Length] == 0;
    }

    static uint Hash(ReadOnlySpan<byte> name)
    {
        // FNV-1a. Somebody can construct collisions; then a look-up walks the chain, which MaxSymbols bounds.
        var hash = 2166136261u;
        foreach (var b in name[..Math.Min(name.Length, HashedBytes)])
            hash = (hash ^ b) * 16777619u;
        return hash ^ hash >> 15;
    }
}
