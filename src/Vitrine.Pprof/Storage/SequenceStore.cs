namespace Vitrine.Pprof.Storage;

/// <summary>
/// Many short sequences (stacks, label sets, strings), each contiguous in memory, addressed by number. A sequence never crosses a segment, so that it can
/// be handed out as one span; the store grows by segments and never copies what is already there (except the first, small one).
/// </summary>
internal sealed class SequenceStore<T> where T : unmanaged
{
    const int FirstElements = 256;

    readonly int _segmentBits;
    // Where each sequence starts and how long it is, in one number: looking a sequence up then touches one place less.
    readonly RowStore<ulong> _places = new();
    T[][] _segments = [[]];
    int _segment;
    int _used;

    /// <param name="segmentBits">log2 of the elements in a segment; also the bound of one sequence's length.</param>
    public SequenceStore(int segmentBits = 20) => _segmentBits = segmentBits;

    public int Count => _places.Count;

    /// <summary>All elements of all sequences.</summary>
    public long ElementCount { get; private set; }

    /// <summary>The longest sequence this store takes.</summary>
    public int MaxLength => 1 << _segmentBits;

    public Span<T> this[int index]
    {
        get
        {
            var place = _places[index];
            var start = (uint)(place >> 32);
            return _segments[start >> _segmentBits].AsSpan((int)(start & ((1u << _segmentBits) - 1)), (int)(uint)place);
        }
    }

    /// <summary>Where the place of a sequence is kept; for prefetching only.</summary>
    public ref ulong PlaceOf(int index) => ref _places[index];

    public int LengthOf(int index) => (int)(uint)_places[index];

    public int Add(ReadOnlySpan<T> sequence)
    {
        _places.Add(Append(sequence));
        return Count - 1;
    }

    /// <summary>Gives an empty sequence its elements.</summary>
    public void Set(int index, ReadOnlySpan<T> sequence) => _places[index] = Append(sequence);

    ulong Append(ReadOnlySpan<T> sequence)
    {
        if (_used + sequence.Length > _segments[_segment].Length)
            Grow(sequence.Length);
        sequence.CopyTo(_segments[_segment].AsSpan(_used));
        // An empty sequence at the very end of a full segment would start in the next one, which may not exist: let it start at 0.
        var start = sequence.IsEmpty ? 0 : ((uint)_segment << _segmentBits) | (uint)_used;
        _used += sequence.Length;
        ElementCount += sequence.Length;
        return ((ulong)start << 32) | (uint)sequence.Length;
    }

    void Grow(int needed)
    {
        if (needed > MaxLength)
            throw new ArgumentException($"A sequence of {needed} elements is longer than the store's segments of {MaxLength}.");
        var current = _segments[_segment].Length;
        if (_used + needed <= MaxLength)
        {
            // Doubling can only be needed in the first segment: every later one is born full size.
            var size = Math.Max(FirstElements, current);
            while (size < _used + needed)
                size *= 2;
            Array.Resize(ref _segments[_segment], Math.Min(size, MaxLength));
            return;
        }
        _segment++;
        if ((long)_segment << _segmentBits > uint.MaxValue)
            throw new ProfileFormatException("The profile holds more stack frames than can be addressed (2^32). Split it into smaller ones.");
        if (_segment == _segments.Length)
            Array.Resize(ref _segments, _segments.Length * 2);
        _segments[_segment] = GC.AllocateUninitializedArray<T>(MaxLength);
        _used = 0;
    }
}
