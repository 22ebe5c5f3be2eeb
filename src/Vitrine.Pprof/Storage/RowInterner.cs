using System.Runtime.InteropServices;

namespace Vitrine.Pprof.Storage;

/// <summary>A table of rows without duplicates, for the small tables of a profile (mappings, functions).</summary>
internal sealed class RowInterner<T> where T : unmanaged, IEquatable<T>
{
    readonly Dictionary<T, int> _index = [];

    public RowStore<T> Rows { get; } = new();

    public int Intern(T row)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_index, row, out var known);
        if (!known)
        {
            index = Rows.Count;
            Rows.Add(row);
        }
        return index;
    }
}
