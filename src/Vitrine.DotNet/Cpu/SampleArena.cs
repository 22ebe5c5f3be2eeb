using Vitrine.Linux.Kernel;

namespace Vitrine.DotNet.Cpu;

/// <summary>
/// Memory for samples outside of the managed heap, all of it reserved beforehand: a thread fills it, another one takes what is full. When there is no room left a sample is dropped and counted.
/// </summary>
sealed class SampleArena : IDisposable
{
    readonly Lock _gate = new();
    readonly Stack<SampleBlock> _free;
    readonly Queue<SampleBlock> _full;
    readonly List<SampleBlock> _all = [];
    SampleBlock? _current;
    long _dropped;

    public SampleArena(long bytes)
    {
        var blocks = (int)Math.Clamp(bytes / SampleBlock.Bytes, 2, 4096);
        (_free, _full) = (new(blocks), new(blocks));
        for (var i = 0; i < blocks; i++)
        {
            var block = new SampleBlock();
            _all.Add(block);
            _free.Push(block);
        }
    }

    /// <summary>Samples for which there was no room.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Keeps a sample. Allocates nothing.</summary>
    public void Add(in PerfSample sample)
    {
        lock (_gate)
        {
            if (_current is { } block && block.TryAdd(sample)) return;
            if (_current is not null) _full.Enqueue(_current);
            if (!_free.TryPop(out _current) || !_current.TryAdd(sample)) _dropped++;
        }
    }

    /// <summary>Takes a block of samples, oldest first, the one that is being filled included; null when there are none.</summary>
    public SampleBlock? Take()
    {
        lock (_gate)
        {
            if (_full.TryDequeue(out var block)) return block;
            if (_current is not { IsEmpty: false }) return null;
            (block, _current) = (_current, null);
            return block;
        }
    }

    /// <summary>Gives a block back, to be filled anew.</summary>
    public void Return(SampleBlock block)
    {
        lock (_gate)
        {
            block.Clear();
            _free.Push(block);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var block in _all) block.Dispose();
            _all.Clear();
            _free.Clear();
            _full.Clear();
            _current = null;
        }
    }
}
