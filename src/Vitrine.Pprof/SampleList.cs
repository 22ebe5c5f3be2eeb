using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The samples of a profile, in file order.</summary>
public readonly struct SampleList : IReadOnlyList<Sample>
{
    readonly Profile _profile;

    internal SampleList(Profile profile) => _profile = profile;

    /// <inheritdoc/>
    public int Count => _profile.Tables.SampleStacks.Count;

    /// <inheritdoc/>
    public Sample this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new Sample(_profile, index);
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Sample> IEnumerable<Sample>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A position in the list.</summary>
    public struct Enumerator : IEnumerator<Sample>
    {
        readonly SampleList _list;
        readonly int _count;
        int _index;

        internal Enumerator(SampleList list)
        {
            _list = list;
            _count = list.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly Sample Current => new(_list._profile, _index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
