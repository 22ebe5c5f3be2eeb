using System.Runtime.CompilerServices;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// An append-only table of rows of equal width, kept in segments. Segments rather than one array that doubles: growing a 400 MB array
/// needs 1.2 GB for a moment, growing a segmented one never copies more than its first, small segment.
/// </summary>
internal sealed class RowStore<T> where T : unmanaged
{
    const int SegmentBits = 16;
    const int SegmentRows = 1 << SegmentBits;
    const int FirstRows = 64;

    T[][] _segments = [];
    int _capacity;

    public RowStore(int width = 1, int expectedRows = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        Width = width;
        if (expectedRows > 0)
            _segments = [new T[Math.Min(expectedRows, SegmentRows) * width]];
        _capacity = _segments.Length == 0 ? 0 : Math.Min(expectedRows, SegmentRows);
    }

    public int Width { get; }

    public int Count { get; private set; }

    /// <summary>The first (for tables of width 1: the only) element of a row.</summary>
    public ref T this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)row >= (uint)Count)
                ThrowRow(row);
            return ref _segments[row >> SegmentBits][(row & (SegmentRows - 1)) * Width];
        }
    }

    public Span<T> Row(int row)
    {
        if ((uint)row >= (uint)Count)
            ThrowRow(row);
        return _segments[row >> SegmentBits].AsSpan((row & (SegmentRows - 1)) * Width, Width);
    }

    /// <summary>Appends a row and returns it for filling; its content is zero.</summary>
    public Span<T> Add()
    {
        if (Count == _capacity)
            Grow();
        return Row(Count++);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value)
    {
        if (Count == _capacity)
            Grow();
        var row = Count++;
        _segments[row >> SegmentBits][row & (SegmentRows - 1)] = value;
    }

    public void Add(ReadOnlySpan<T> row) => row.CopyTo(Add());

    void Grow()
    {
        if (_capacity < SegmentRows)
        {
            var rows = Math.Min(Math.Max(FirstRows, _capacity * 2), SegmentRows);
            if (_segments.Length == 0)
                _segments = [[]];
            Array.Resize(ref _segments[0], rows * Width);
            _capacity = rows;
            return;
        }
        var segment = Count >> SegmentBits;
        if (segment == _segments.Length)
            Array.Resize(ref _segments, _segments.Length * 2);
        _segments[segment] = new T[SegmentRows * Width];
        _capacity += SegmentRows;
    }

    static void ThrowRow(int row) => throw new ArgumentOutOfRangeException(nameof(row), row, "The table has no such row.");
}
