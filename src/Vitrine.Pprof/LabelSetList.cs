using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The unique label sets of a profile; index 0 is the empty one.</summary>
public readonly struct LabelSetList : IReadOnlyList<LabelSet>
{
    readonly Profile _profile;

    internal LabelSetList(Profile profile) => _profile = profile;

    /// <inheritdoc/>
    public int Count => _profile.Tables.LabelSets.Count;

    /// <inheritdoc/>
    public LabelSet this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new LabelSet(_profile, index);
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<LabelSet> IEnumerable<LabelSet>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A position in the list.</summary>
    public struct Enumerator : IEnumerator<LabelSet>
    {
        readonly LabelSetList _list;
        readonly int _count;
        int _index;

        internal Enumerator(LabelSetList list)
        {
            _list = list;
            _count = list.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly LabelSet Current => new(_list._profile, _index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
