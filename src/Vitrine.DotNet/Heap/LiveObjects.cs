using System.Runtime.InteropServices;
using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Heap;

/// <summary>
/// Follows every sampled object through the collections: where it is, and when it dies. Not safe for several threads: its owner holds a lock.
/// </summary>
/// <remarks>
/// <b>Blocking collections.</b> Each object belongs, by the ranges of memory told at the start, to a generation that is looked at or to one that is not. The first are condemned until a range of survivors has them;
/// they all move at once at the end, because a new place may have been another's old one. The second stay, but for those where something is moved to: that memory was free, so a background collection had
/// found them dead and not told it yet. An object in no range at all was in memory that the collector has given back: dead as well.
/// <b>Background collections.</b> Only their last word counts: the ranges of the whole heap, told while no other collection can run. It is taken at once, so blocking collections before and after it need not know of it.
/// <b>Lost events.</b> What a collection with lost events does not mention may live or not, and if it lives its place is not known: it is dropped and counted in <see cref="Untraced"/>. When a whole collection is
/// missing from the numbers, no place is known any more, and all is dropped and counted so.
/// <b>Memory.</b> When there are more objects than <c>limit</c>, half of them go: each stays with the probability that makes the rest a sample of twice the mean distance (<see cref="SamplingRate.KeptFrom"/>), and so do
/// those that come later. The estimates stay unbiased, their error grows by √2.
/// </remarks>
sealed class LiveObjects : IHeapEvents
{
    const int Oldest = 2;

    readonly AllocationSites _sites;
    readonly int _limit;
    readonly Random _random;
    readonly ObjectMap _objects = new();
    readonly List<ObjectMap.Piece> _condemned = [];
    readonly List<TrackedObject> _moving = [];
    readonly ObjectFilter _settle, _keepSeen, _forget;

    // A look of the collector at the heap: one for each blocking collection, one for the last word of each background one.
    uint _look;
    uint _blocking;
    uint _lastNumber;
    (uint Number, int Generation)? _running;
    (ulong Start, bool IsSet, bool AreOver) _ranges;
    uint? _background;
    bool _isWalking;
    bool _hasLost;
    int _placed, _expected;
    ulong _told;

    /// <param name="sites">Where samples are counted.</param>
    /// <param name="limit">Objects that are followed at most.</param>
    /// <param name="seed">For the choice of those that go when there are more.</param>
    public LiveObjects(AllocationSites sites, int limit, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        (_sites, _limit, _random) = (sites, limit, new(seed));
        (_settle, _keepSeen, _forget) = (Settle, KeepSeen, Forget);
    }

    /// <summary>The rate that the followed objects are a sample of; halved each time that there were too many.</summary>
    public SamplingRate Rate { get; private set; } = SamplingRate.OfRuntime;

    /// <summary>Objects that are followed now, those that no collection has seen yet included.</summary>
    public int Count => _objects.Count;

    /// <summary>Number of the last collection that was taken in; 0 before the first.</summary>
    public uint LastCollection { get; private set; }

    /// <summary>Collections that were taken in.</summary>
    public long Collections { get; private set; }

    /// <summary>The last time that the collector looked at the whole heap and no event of it was lost; null before the first.</summary>
    public WholeHeap? LastWholeHeap { get; private set; }

    /// <summary>What was dropped because events were lost, though it may live.</summary>
    public Estimate Untraced { get; private set; }

    /// <summary>Objects that went because another one came to where they were: a background collection had freed them and not told it yet.</summary>
    public long Replaced { get; private set; }

    /// <summary>Ranges that came outside of any collection that was seen to begin.</summary>
    public long Strays { get; private set; }

    /// <summary>Calls <paramref name="see"/> with each followed object, and whether a collection has looked at the heap since it was allocated.</summary>
    public void ForEach(Action<int, ulong, bool> see)
    {
        foreach (var piece in _objects.Pieces)
            foreach (ref readonly var one in piece.Objects)
                see(one.Site, one.Size, one.BornAfter < _blocking);
    }

    /// <inheritdoc/>
    public void Allocated(in SampledAllocation allocation, ReadOnlySpan<ulong> stack)
    {
        var site = _sites.Add(stack, allocation.Type, allocation.Size);
        if (Rate != SamplingRate.OfRuntime && _random.NextDouble() >= Rate.KeptFrom(SamplingRate.OfRuntime, allocation.Size)) return;
        // No thread allocates while a collection blocks them all, or tells its last word: what comes then belongs after it.
        Replaced += _objects.Add(new()
        {
            Address = allocation.Address,
            Size = allocation.Size,
            Site = site,
            BornAfter = _running is null ? _blocking : _blocking + 1,
            Look = _running is not null || _isWalking ? _look : 0,
            Fate = ObjectFate.Untouched,
        });
        if (_running is not null) (_placed, _expected) = (_placed + 1, _expected + 1);
        if (_objects.Count > _limit && _running is null && !_isWalking) Thin();
    }

    /// <inheritdoc/>
    public void CollectionStarted(uint number, int generation, bool isBackground)
    {
        EndWalk();
        if (_running is not null)
        {
            // Its end was lost.
            _hasLost = true;
            EndBlocking();
        }
        // A background collection gets its number before the blocking ones that run meanwhile, so the numbers only grow. A gap is a collection that moved objects to where nobody saw.
        if (_lastNumber != 0 && number != _lastNumber + 1) _objects.Filter(_forget);
        _lastNumber = number;
        if (isBackground)
        {
            _background = number;
            return;
        }
        _running = (number, generation);
        _ranges = default;
        (_placed, _expected, _told) = (0, _objects.Count, 0);
        _look++;
    }

    /// <inheritdoc/>
    public void GenerationRange(int generation, ulong start, ulong length)
    {
        if (_running is not { } running || _ranges.AreOver) return;
        if (_ranges.IsSet && _ranges.Start == start)
        {
            // The list begins anew: these are the ranges after the collection, in which nothing survived.
            _ranges.AreOver = true;
            return;
        }
        if (!_ranges.IsSet) (_ranges.Start, _ranges.IsSet) = (start, true);
        var isLookedAt = running.Generation >= Oldest || generation <= running.Generation;
        var end = ObjectMap.End(start, length);
        foreach (var piece in _objects.Touched(start, end))
        {
            if (isLookedAt && !piece.IsListed)
            {
                piece.IsListed = true;
                _condemned.Add(piece);
            }
            foreach (ref var one in piece.Objects[piece.From(start)..])
            {
                if (one.Address >= end) break;
                if (one.Look == _look) continue;
                one.Look = _look;
                one.Fate = isLookedAt ? ObjectFate.Condemned : ObjectFate.Untouched;
                _placed++;
            }
        }
    }

    /// <inheritdoc/>
    public void Survived(ReadOnlySpan<SurvivedRange> ranges)
    {
        if (_running is not null) _ranges.AreOver = true;
        else if (!BeginWalk())
        {
            Strays += ranges.Length;
            return;
        }
        foreach (var range in ranges)
        {
            _told += range.Length;
            Survive(range.Start, ObjectMap.End(range.Start, range.Length), 0);
        }
    }

    /// <inheritdoc/>
    public void Moved(ReadOnlySpan<MovedRange> ranges)
    {
        if (_running is null)
        {
            // A background collection moves nothing.
            Strays += ranges.Length;
            return;
        }
        _ranges.AreOver = true;
        foreach (var range in ranges)
        {
            _told += range.Length;
            Survive(range.OldStart, ObjectMap.End(range.OldStart, range.Length), unchecked(range.NewStart - range.OldStart));
            if (range.NewStart != range.OldStart) Overwrite(range.NewStart, ObjectMap.End(range.NewStart, range.Length));
        }
    }

    void Survive(ulong start, ulong end, ulong distance)
    {
        if (end <= start) return;
        var number = start >> ObjectMap.PieceBits;
        if (number == (end - 1) >> ObjectMap.PieceBits)
        {
            if (_objects.Find(number) is { } piece) Survive(piece, start, end, distance);
            return;
        }
        foreach (var piece in _objects.Touched(start, end))
            Survive(piece, start, end, distance);
    }

    void Survive(ObjectMap.Piece piece, ulong start, ulong end, ulong distance)
    {
        foreach (ref var one in piece.Objects[piece.From(start)..])
        {
            if (one.Address >= end) return;
            if (_isWalking)
            {
                // Every object of the heap is in one of these ranges as a whole. One that ends outside of it is not the one that was sampled: its memory was used again.
                if (ObjectMap.End(one.Address, one.Size) <= end) one.Look = _look;
            }
            else if (one.Look == _look && one.Fate == ObjectFate.Condemned)
            {
                one.Fate = ObjectFate.Survives;
                one.NewAddress = unchecked(one.Address + distance);
            }
        }
    }

    void Overwrite(ulong start, ulong end)
    {
        foreach (var piece in _objects.Touched(start, end))
            foreach (ref var one in piece.Objects[piece.From(start)..])
            {
                if (one.Address >= end) break;
                if (one.Look != _look || one.Fate != ObjectFate.Untouched) continue;
                one.Fate = ObjectFate.Overwritten;
                if (piece.IsListed) continue;
                piece.IsListed = true;
                _condemned.Add(piece);
            }
    }

    /// <inheritdoc/>
    public void CollectionEnded(uint number)
    {
        EndWalk();
        if (_running is { } running && running.Number == number)
        {
            LastCollection = Math.Max(LastCollection, number);
            EndBlocking();
        }
        else if (_background == number)
        {
            LastCollection = Math.Max(LastCollection, number);
            Collections++;
            _background = null;
        }
    }

    /// <inheritdoc/>
    public void Resumed() => EndWalk();

    /// <inheritdoc/>
    public void Lost(long events) => _hasLost = true;

    void EndBlocking()
    {
        var (number, generation) = _running!.Value;
        _running = null;
        if (!_ranges.IsSet)
        {
            // Without the ranges nothing is known of what was looked at.
            _objects.Filter(_forget);
        }
        else
        {
            var hasVanished = _placed < _expected;
            if (hasVanished) _objects.Filter(_settle);
            else
                foreach (var piece in _condemned)
                    _objects.Filter(piece, _settle);
            foreach (ref readonly var one in CollectionsMarshal.AsSpan(_moving))
                _objects.Add(one);
            _moving.Clear();
            if (generation >= Oldest) SeeWholeHeap(number);
        }
        foreach (var piece in _condemned)
            piece.IsListed = false;
        _condemned.Clear();
        // The pieces that the young generations have left.
        if ((_blocking & 63) == 0) _objects.Trim();
        _blocking++;
        Collections++;
        _hasLost = false;
        if (_objects.Count > _limit) Thin();
    }

    // Whether an object stays where it is after a blocking collection.
    bool Settle(ref TrackedObject one)
    {
        if (one.Look != _look)
        {
            // In no range of any generation: its memory was given back since.
            if (_hasLost) Untraced += Rate.Of(one.Size);
            return false;
        }
        switch (one.Fate)
        {
            case ObjectFate.Untouched:
                return true;
            case ObjectFate.Survives when one.NewAddress == one.Address:
                one.Fate = ObjectFate.Untouched;
                return true;
            case ObjectFate.Survives:
                var moved = one;
                (moved.Address, moved.Fate) = (one.NewAddress, ObjectFate.Untouched);
                _moving.Add(moved);
                return false;
            case ObjectFate.Overwritten:
                Replaced++;
                return false;
            default:
                if (_hasLost) Untraced += Rate.Of(one.Size);
                return false;
        }
    }

    bool BeginWalk()
    {
        if (_isWalking) return true;
        if (_background is null) return false;
        (_isWalking, _told) = (true, 0);
        _look++;
        return true;
    }

    void EndWalk()
    {
        if (!_isWalking) return;
        _isWalking = false;
        _objects.Filter(_keepSeen);
        SeeWholeHeap(_background ?? 0);
        _hasLost = false;
        if (_objects.Count > _limit) Thin();
    }

    bool KeepSeen(ref TrackedObject one)
    {
        if (one.Look == _look) return true;
        if (_hasLost) Untraced += Rate.Of(one.Size);
        return false;
    }

    void SeeWholeHeap(uint collection)
    {
        if (_hasLost) return;
        var explained = default(Estimate);
        foreach (var piece in _objects.Pieces)
            foreach (ref readonly var one in piece.Objects)
                explained += Rate.Of(one.Size);
        LastWholeHeap = new(collection, _told, explained);
    }

    bool Forget(ref TrackedObject one)
    {
        Untraced += Rate.Of(one.Size);
        return false;
    }

    void Thin()
    {
        var (denser, sparser) = (Rate, Rate.Halved);
        _objects.Filter((ref TrackedObject one) => _random.NextDouble() < sparser.KeptFrom(denser, one.Size));
        Rate = sparser;
    }
}
