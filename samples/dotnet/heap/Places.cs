using System.Runtime.CompilerServices;

namespace Heap;

/// <summary>Places that allocate, each with a way of keeping or letting go of its own, and the account of both.</summary>
/// <param name="bytes">What each place for small objects keeps.</param>
sealed class Places(long bytes)
{
    // Size of an array: header, type and length, 24 bytes, and its elements.
    const int ArrayBytes = 24, Kept = 1000, Queued = 2000, Random = 320, Large = 200_000, PinnedBytes = 800;

    readonly Lock _gate = new();
    readonly List<byte[]> _leaked = [], _replaced = [];
    readonly Queue<byte[]> _queued = new(), _large = new(), _pinned = new();
    long _leaks, _garbage, _queuedCount, _largeCount, _pinnedCount, _replacedCount;

    /// <summary>Bytes that each place keeps.</summary>
    public Dictionary<string, long> KeptBytes => new()
    {
        ["Leak"] = _leaked.Count * (long)(ArrayBytes + Kept),
        ["Queue"] = _queued.Count * (long)(ArrayBytes + Queued),
        ["Replace"] = _replaced.Count * (long)(ArrayBytes + Random),
        ["QueueLarge"] = _large.Count * (long)(ArrayBytes + Large),
        ["QueuePinned"] = _pinned.Count * (long)(ArrayBytes + PinnedBytes),
        ["Garbage"] = 0,
    };

    /// <summary>Bytes that each place has allocated since the program began.</summary>
    public Dictionary<string, long> AllocatedBytes => new()
    {
        ["Leak"] = _leaks * (ArrayBytes + Kept),
        ["Queue"] = _queuedCount * (ArrayBytes + Queued),
        ["Replace"] = _replacedCount * (ArrayBytes + Random),
        ["QueueLarge"] = _largeCount * (ArrayBytes + Large),
        ["QueuePinned"] = _pinnedCount * (ArrayBytes + PinnedBytes),
        ["Garbage"] = _garbage * (ArrayBytes + 504),
    };

    /// <summary>Lets go of everything.</summary>
    public void Forget()
    {
        _leaked.Clear();
        _replaced.Clear();
        _queued.Clear();
        _large.Clear();
        _pinned.Clear();
    }

    /// <summary>Allocates, from two threads at once, until each place has what it should keep; some places have let go of several times that by then.</summary>
    public void Work(int seed)
    {
        var random = new Random(seed);
        var isFull = false;
        for (var i = 0; !isFull; i++)
        {
            for (var k = 0; k < 20; k++)
                GC.KeepAlive(Garbage());
            Interlocked.Add(ref _garbage, 20);
            lock (_gate)
            {
                isFull = _leaked.Count * (long)(ArrayBytes + Kept) >= bytes;
                if (isFull) break;
                _leaked.Add(Leak());
                _leaks++;
                _queued.Enqueue(Queue());
                _queuedCount++;
                if (_queued.Count * (long)(ArrayBytes + Queued) > bytes) _queued.Dequeue();
                for (var k = 0; k < 3; k++, _replacedCount++)
                    if (_replaced.Count * (long)(ArrayBytes + Random) < bytes / 2) _replaced.Add(Replace());
                    else _replaced[random.Next(_replaced.Count)] = Replace();
                if (i % 64 == 0)
                {
                    _large.Enqueue(QueueLarge());
                    _largeCount++;
                    if (_large.Count * (long)(ArrayBytes + Large) > bytes / 2) _large.Dequeue();
                }
                if (i % 2 != 0) continue;
                _pinned.Enqueue(QueuePinned());
                _pinnedCount++;
                if (_pinned.Count * (long)(ArrayBytes + PinnedBytes) > bytes / 4) _pinned.Dequeue();
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] Leak() => new byte[Kept];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] Garbage() => new byte[504];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] Queue() => new byte[Queued];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] Replace() => new byte[Random];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] QueueLarge() => new byte[Large];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] QueuePinned() => GC.AllocateArray<byte>(PinnedBytes, pinned: true);
}
