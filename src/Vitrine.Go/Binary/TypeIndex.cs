using System.Buffers.Binary;

namespace Vitrine.Go.Binary;

/// <summary>
/// Named types by the hash of their bare name: eight bytes each, built in one pass over the type region. The pass looks at every aligned
/// position instead of following typelinks, because those are gone in Go 1.27 and never listed named types; what merely looks like a
/// descriptor is sorted out when it is read.
/// </summary>
sealed class TypeIndex
{
    readonly ulong[] entries;

    TypeIndex(ulong[] entries) => this.entries = entries;

    public int Count => entries.Length;

    public static TypeIndex Build(ReadOnlySpan<byte> region, int limit = GoBinaryLimits.MaxNamedTypes)
    {
        var found = new List<ulong>();
        for (var offset = 0; offset + TypeScan.HeaderSize <= region.Length && found.Count < limit; offset += 8)
        {
            // Flags, both alignments and kind in one word: named, no unknown flag, alignments below 32. Nearly every other position fails here.
            var word = BinaryPrimitives.ReadUInt32LittleEndian(region[(offset + 20)..]);
            if ((word & 0x00e0_e0c4) != TypeScan.FlagNamed || !TypeScan.IsPlausible(region, offset))
                continue;
            var hash = TypeScan.Hash(TypeScan.BareName(TypeScan.TypeName(region, offset)));
            found.Add((ulong)hash << 32 | (uint)offset);
        }
        var entries = found.ToArray();
        Array.Sort(entries);
        return new TypeIndex(entries);
    }

    /// <summary>Offsets in the region of all types, ascending.</summary>
    public int[] Offsets()
    {
        var offsets = Array.ConvertAll(entries, static entry => (int)(uint)entry);
        Array.Sort(offsets);
        return offsets;
    }

    /// <summary>Offsets in the region of types whose bare name has this hash, ascending.</summary>
    public IEnumerable<int> Find(uint hash)
    {
        var at = Array.BinarySearch(entries, (ulong)hash << 32);
        for (var i = at < 0 ? ~at : at; i < entries.Length && (uint)(entries[i] >> 32) == hash; i++)
            yield return (int)(uint)entries[i];
    }
}
