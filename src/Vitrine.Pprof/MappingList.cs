using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The mappings of a profile.</summary>
public readonly struct MappingList : IReadOnlyList<Mapping>
{
    readonly Profile _profile;

    internal MappingList(Profile profile) => _profile = profile;

    /// <inheritdoc/>
    public int Count => _profile.Tables.Mappings.Count;

    /// <inheritdoc/>
    public Mapping this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new Mapping(_profile, index);
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Mapping> IEnumerable<Mapping>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A position in the list.</summary>
    public struct Enumerator : IEnumerator<Mapping>
    {
        readonly MappingList _list;
        readonly int _count;
        int _index;

        internal Enumerator(MappingList list)
        {
            _list = list;
            _count = list.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly Mapping Current => new(_list._profile, _index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
