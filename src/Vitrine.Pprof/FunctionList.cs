using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The functions of a profile.</summary>
public readonly struct FunctionList : IReadOnlyList<Function>
{
    readonly Profile _profile;

    internal FunctionList(Profile profile) => _profile = profile;

    /// <inheritdoc/>
    public int Count => _profile.Tables.Functions.Count;

    /// <inheritdoc/>
    public Function this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new Function(_profile, index);
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Function> IEnumerable<Function>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A position in the list.</summary>
    public struct Enumerator : IEnumerator<Function>
    {
        readonly FunctionList _list;
        readonly int _count;
        int _index;

        internal Enumerator(FunctionList list)
        {
            _list = list;
            _count = list.Count;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly Function Current => new(_list._profile, _index);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose() { }
    }
}
