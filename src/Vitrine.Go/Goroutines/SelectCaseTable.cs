namespace Vitrine.Go.Goroutines;

/// <summary>The cases of the select statements that goroutines wait in: linked rows, because they are found one by one.</summary>
internal sealed class SelectCaseTable
{
    private Row[] _rows = new Row[64];

    public int Count { get; private set; }

    public ref readonly Row this[int index] => ref _rows[index];

    public int Add(ulong channel, ulong sudog)
    {
        if (Count == _rows.Length)
            Array.Resize(ref _rows, Count * 2);
        _rows[Count] = new Row { Channel = channel, Sudog = sudog, Next = -1 };
        return Count++;
    }

    public void Link(int from, int to) => _rows[from].Next = to;

    /// <summary>Appends another table; its numbers grow by the returned base.</summary>
    public int Append(SelectCaseTable other)
    {
        int start = Count;
        if (_rows.Length < start + other.Count)
            Array.Resize(ref _rows, Math.Max(_rows.Length * 2, start + other.Count));
        for (int index = 0; index < other.Count; index++)
        {
            Row row = other._rows[index];
            if (row.Next >= 0)
                row.Next += start;
            _rows[start + index] = row;
        }
        Count += other.Count;
        return start;
    }

    public struct Row
    {
        public ulong Channel;
        public ulong Sudog;
        public int Next;
    }
}
