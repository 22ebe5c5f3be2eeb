using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>The channels that goroutines of a dump wait for, each read once.</summary>
internal sealed class ChannelTable
{
    private readonly AddressMap _numbers = new();
    private ChannelRecord[] _channels = new ChannelRecord[64];
    private int _read;

    public int Count => _numbers.Count;

    /// <summary>Notes a channel that must be read.</summary>
    public void Add(ulong address)
    {
        _numbers.Add(address, out bool isNew);
        if (isNew && _numbers.Count > _channels.Length)
            Array.Resize(ref _channels, _channels.Length * 2);
    }

    /// <summary>The channel at an address; null when it was not seen or could not be read.</summary>
    public ChannelRecord? Find(ulong address)
    {
        int number = _numbers.Find(address);
        return number < 0 || !_channels[number].WasRead ? null : _channels[number];
    }

    /// <summary>Reads the channels that were added since the last call.</summary>
    public void ReadNew(IMemoryReader memory, ReadPlan plan, WaitLayouts.Channel layout)
    {
        if (_read == _numbers.Count)
            return;
        plan.Clear();
        for (int number = _read; number < _numbers.Count; number++)
            plan.Add(_numbers[number], layout.Bytes);
        memory.Read(plan);
        for (int index = 0; _read < _numbers.Count; index++, _read++)
        {
            if (!plan.Ok(index))
                continue;
            ReadOnlySpan<byte> bytes = plan[index];
            _channels[_read] = new ChannelRecord
            {
                WasRead = true,
                Length = (long)Word.At(bytes, layout.Count),
                Capacity = (long)Word.At(bytes, layout.Capacity),
                Closed = (uint)Word.At(bytes, layout.Closed) != 0,
                ElementType = Word.At(bytes, layout.ElementType),
                RecvFirst = Word.At(bytes, layout.RecvFirst),
                RecvLast = Word.At(bytes, layout.RecvLast),
                SendFirst = Word.At(bytes, layout.SendFirst),
                SendLast = Word.At(bytes, layout.SendLast),
            };
        }
    }

    /// <summary>Takes over the channels of another table.</summary>
    public void Merge(ChannelTable other)
    {
        for (int number = 0; number < other._numbers.Count; number++)
        {
            int mine = _numbers.Add(other._numbers[number], out bool isNew);
            if (!isNew)
                continue;
            if (_numbers.Count > _channels.Length)
                Array.Resize(ref _channels, _channels.Length * 2);
            _channels[mine] = other._channels[number];
        }
        _read = _numbers.Count;
    }
}
