using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The locations of a profile.</summary>
public readonly struct LocationList : IReadOnlyList<Location>
{
    readonly Profile _profile;

    internal LocationList(Profile profile) => _profile = profile;

    /// <inheritdoc/>
    public int Count => _profile.Tables.Locations.Count;

    /// <inheritdoc/>
    public Location this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new Location(_profile, index);
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Location> IEnumerable<Location>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A position in the list.</summary>
    public struct Enumerator : IEnumerator<Location>
    {
        readonly LocationList _list;
        readonly int _count;
        int _index;

        internal Enumerator(LocationList list)
        {
            _list = list;
            _count = list.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly Location Current => new(_list._profile, _index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
