using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// Interns sequences some dozens at a time. In a large profile nearly every look-up waits for memory several times: for the slot of the hash table, for the place of the candidate, for
/// its content. One after the other those waits are most of the time of reading; done in step for a whole batch they overlap. The result is the same.
/// </summary>
internal sealed class InternBatch<T> where T : unmanaged
{
    const int Sequences = 64;
    const int Elements = 1 << 14;

    readonly SequenceInterner<T> _interner;
    readonly RowStore<int> _numbers;
    readonly int[] _ends = new int[Sequences];
    readonly ulong[] _hashes = new ulong[Sequences];
    T[] _elements = new T[1024];
    int _count;

    /// <param name="interner">Where the sequences go.</param>
    /// <param name="numbers">Where the numbers of the sequences are appended, in order.</param>
    public InternBatch(SequenceInterner<T> interner, RowStore<int> numbers)
    {
        _interner = interner;
        _numbers = numbers;
    }

    /// <summary>Sequences added so far, including those that are still waiting.</summary>
    public int Count => _numbers.Count + _count;

    int Start => _count == 0 ? 0 : _ends[_count - 1];

    /// <summary>Room for the sequence that is being written, of which <paramref name="written"/> elements are there already.</summary>
    public Span<T> Room(int written, int more)
    {
        var start = Start;
        if (_elements.Length < start + written + more)
            Array.Resize(ref _elements, Math.Max(_elements.Length * 2, start + written + more));
        return _elements.AsSpan(start + written);
    }

    /// <summary>Ends the sequence that was written into <see cref="Room"/>.</summary>
    public void End(int length)
    {
        _ends[_count] = Start + length;
        _count++;
        if (_count == Sequences || Start > Elements)
            Flush();
    }

    /// <summary>Adds a sequence.</summary>
    public void Add(ReadOnlySpan<T> sequence)
    {
        sequence.CopyTo(Room(0, sequence.Length));
        End(sequence.Length);
    }

    /// <summary>Interns what is waiting.</summary>
    public void Flush()
    {
        var start = 0;
        for (var i = 0; i < _count; i++)
        {
            _hashes[i] = SeededHash.Of(MemoryMarshal.AsBytes(_elements.AsSpan(start, _ends[i] - start)));
            Prefetch(ref _interner.SlotOf(_hashes[i]));
            start = _ends[i];
        }
        var store = _interner.Store;
        for (var i = 0; i < _count; i++)
            if (_interner.Candidate(_hashes[i]) is >= 0 and var candidate)
                Prefetch(ref store.PlaceOf(candidate));
        for (var i = 0; i < _count; i++)
        {
            if (_interner.Candidate(_hashes[i]) is not (>= 0 and var candidate))
                continue;
            var content = MemoryMarshal.AsBytes(store[candidate]);
            for (var line = 0; line < Math.Min(content.Length, 256); line += 64)
                Prefetch(ref content[line]);
        }
        start = 0;
        for (var i = 0; i < _count; i++)
        {
            _numbers.Add(_interner.Intern(_elements.AsSpan(start, _ends[i] - start), _hashes[i]));
            start = _ends[i];
        }
        _count = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Prefetch<TValue>(ref TValue value) where TValue : unmanaged
    {
        // The collector may move the object meanwhile: then the wrong line is fetched, which costs a little and does nothing else.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref value));
    }
}
