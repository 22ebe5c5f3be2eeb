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
/// <b>Background collections.</b> One that is announced as such may turn out to block: the first of a process does while its thread is made. It is one when the program goes on before its end. Then only their last word counts: the ranges of the whole heap, told while no other collection can run. It is taken at once, so blocking collections before and after it need not know of it.
/// <b>Suspects.</b> In a stop of its own, before its last word, a background collection sweeps generation 0, and threads allocate where dead objects were, before anything is told of them. If the new object lives, the old
/// one's place survives. So objects of generation 0 at that stop are suspects until the next blocking collection, which keeps one only with the probability that it is still itself: see <see cref="IsLikelyIt"/>.
/// <b>Lost events.</b> What a collection with lost events does not mention may live or not, and if it lives its place is not known: it is dropped and counted in <see cref="Untraced"/>. When a whole collection is
/// missing from the numbers, no place is known any more, and all is dropped and counted so.
/// <b>Memory.</b> When there are more objects than <c>limit</c>, half of them go: each stays with the probability that makes the rest a sample of twice the mean distance (<see cref="SamplingRate.KeptFrom"/>), and so do
/// those that come later. The estimates stay unbiased, their error grows by √2.
/// </remarks>
sealed class LiveObjects : IHeapEvents
{
    const int Oldest = 2;

    readonly record struct Running(uint Number, int Generation, bool MayBeBackground);

    // Which list of the generations' memory comes: a blocking collection tells the one before it, then what survives, then the one after it.
    enum RangeList { None, Before, Over, After }

    readonly AllocationSites _sites;
    readonly int _limit;
    readonly Random _random;
    readonly ObjectMap _objects = new();
    readonly List<ObjectMap.Piece> _condemned = [];
    readonly List<TrackedObject> _moving = [];
    readonly List<(int Seen, int Survived)> _firsts = [];
    (long Seen, long Survived) _allFirsts;
    readonly ObjectFilter _settle, _keepSeen, _forget;

    // A look of the collector at the heap: one for each blocking collection, one for the last word of each background one.
    uint _look;
    uint _blocking;
    uint _lastNumber;
    Running? _running;
    RangeList _list;
    ulong _firstRange;
    uint? _background;
    bool _isWalking;
    bool _hasLost;
    int _placed, _expected;
    ulong _told, _lookedAt;
    bool _wasBlocking, _hasWalked;

    /// <param name="sites">Where samples are counted.</param>
    /// <param name="limit">Objects that are followed at most.</param>
    /// <param name="seed">For the choice of those that go when there are more.</param>
    public LiveObjects(AllocationSites sites, int limit, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        (_sites, _limit, _random) = (sites, limit, new(seed));
        (_settle, _keepSeen, _forget) = (Stays, KeepSeen, Forget);
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

    /// <summary>Objects that went because something else is where they were: a background collection had freed them without a word.</summary>
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
        var site = _sites.Add(stack, allocation.Type, allocation.Size, allocation.Work);
        if (Rate != SamplingRate.OfRuntime && _random.NextDouble() >= Rate.KeptFrom(SamplingRate.OfRuntime, allocation.Size)) return;
        // No thread allocates while a collection blocks them all, or tells its last word: what comes then belongs after it.
        Replaced += _objects.Add(new()
        {
            Address = allocation.Address,
            Size = allocation.Size,
            Site = site,
            BornAfter = _running is null ? _blocking : _blocking + 1,
            Look = _running is not null || _isWalking ? _look : 0,
            Generation = allocation.Generation,
            Fate = ObjectFate.Untouched,
        });
        if (_running is not null) (_placed, _expected) = (_placed + 1, _expected + 1);
        if (_objects.Count > _limit && _running is null && !_isWalking) Thin();
    }

    /// <inheritdoc/>
    public void CollectionStarted(uint number, int generation, bool isBackground)
    {
        EndWalk();
        if (_running is { MayBeBackground: true })
        {
            // It is one: a blocking collection never has another in it.
            BeginBackground();
        }
        else if (_running is not null)
        {
            // Its end was lost.
            _hasLost = true;
            EndBlocking();
        }
        // A background collection gets its number before the blocking ones that run meanwhile, so the numbers only grow. A gap is a collection that moved objects to where nobody saw.
        if (_lastNumber != 0 && number != _lastNumber + 1) _objects.Filter(_forget);
        _lastNumber = number;
        _running = new(number, generation, isBackground);
        _list = RangeList.None;
        (_placed, _expected, _told, _lookedAt) = (0, _objects.Count, 0, 0);
        _look++;
    }

    /// <summary>The running collection lets the program go on: it is a background collection indeed, and only its last word will count.</summary>
    void BeginBackground()
    {
        (_background, _hasWalked) = (_running!.Value.Number, false);
        _running = null;
        Unlist();
    }

    /// <inheritdoc/>
    public void GenerationRange(int generation, ulong start, ulong used, ulong reserved)
    {
        if (_running is not { } running) return;
        // A region is one generation's as a whole. The end of the used part may lag behind in the one that is allocated in.
        var end = ObjectMap.End(start, Math.Max(used, reserved));
        if (_list == RangeList.None) (_list, _firstRange) = (RangeList.Before, start);
        // The list begins anew, also when nothing survived: these are the ranges after the collection.
        else if (_list == RangeList.Before && start == _firstRange) _list = RangeList.Over;
        if (_list == RangeList.Over)
        {
            Settle();
            _list = RangeList.After;
        }
        if (_list == RangeList.After)
        {
            foreach (var piece in _objects.Touched(start, end))
                foreach (ref var one in piece.Objects[piece.From(start)..])
                {
                    if (one.Address >= end) break;
                    one.Generation = (byte)generation;
                }
            return;
        }
        var isLookedAt = running.Generation >= Oldest || generation <= running.Generation;
        if (isLookedAt) _lookedAt += used;
        foreach (var piece in _objects.Touched(start, end))
        {
            if (isLookedAt) List(piece);
            foreach (ref var one in piece.Objects[piece.From(start)..])
            {
                if (one.Address >= end) break;
                if (one.Look == _look) continue;
                one.Look = _look;
                _placed++;
                one.Fate = isLookedAt ? ObjectFate.Condemned : ObjectFate.Untouched;
                if (one.Generation == generation || one.Generation == TrackedObject.Unplaced) continue;
                // Memory changes its generation in a collection only. Here it was given back by a background collection, which will tell that later, and taken anew.
                one.Fate = ObjectFate.Overwritten;
                List(piece);
            }
        }
    }

    void List(ObjectMap.Piece piece)
    {
        if (piece.IsListed) return;
        piece.IsListed = true;
        _condemned.Add(piece);
    }

    /// <inheritdoc/>
    public void Survived(ReadOnlySpan<SurvivedRange> ranges)
    {
        if (_running is not null) _list = RangeList.Over;
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
        _list = RangeList.Over;
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
            // Ranges have whole objects. What ends outside is not the object that was sampled: its memory was used again.
            if (ObjectMap.End(one.Address, one.Size) > end) continue;
            if (_isWalking) one.Look = _look;
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
                List(piece);
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
    public void Resumed()
    {
        var (wasWalking, wasBlocking) = (_isWalking, _wasBlocking);
        EndWalk();
        _wasBlocking = false;
        if (_running is { MayBeBackground: true }) BeginBackground();
        else if (_background is not null && _running is null && !wasWalking && !wasBlocking && !_hasWalked) Suspect();
    }

    // A stop of a background collection's own: it has swept generation 0.
    void Suspect()
    {
        foreach (var piece in _objects.Pieces)
            foreach (ref var one in piece.Objects)
                one.IsSuspect |= one.Generation == 0;
    }

    /// <inheritdoc/>
    public void Lost(long events) => _hasLost = true;

    void EndBlocking()
    {
        if (_list != RangeList.After) Settle();
        _running = null;
        // The pieces that the young generations have left.
        if ((_blocking & 63) == 0) _objects.Trim();
        _blocking++;
        Collections++;
        (_hasLost, _wasBlocking) = (false, true);
        if (_objects.Count > _limit) Thin();
    }

    /// <summary>Everything that a blocking collection tells of objects was told.</summary>
    void Settle()
    {
        // Without the ranges nothing is known of what was looked at.
        if (_list == RangeList.None) _objects.Filter(_forget);
        else if (_placed < _expected) _objects.Filter(_settle);
        else
            foreach (var piece in _condemned)
                _objects.Filter(piece, _settle);
        Unlist();
        foreach (ref readonly var one in CollectionsMarshal.AsSpan(_moving))
            _objects.Add(one);
        _moving.Clear();
        if (_running is (var number, >= Oldest, _)) SeeWholeHeap(number);
    }

    void Unlist()
    {
        foreach (var piece in _condemned)
            piece.IsListed = false;
        _condemned.Clear();
    }

    // Whether an object stays where it is after a blocking collection.
    bool Stays(ref TrackedObject one)
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
            case ObjectFate.Survives when one.IsSuspect && !IsLikelyIt(one):
                Replaced++;
                return false;
            case ObjectFate.Survives when one.NewAddress == one.Address:
                CountFirst(one, survived: true);
                (one.Fate, one.Generation, one.IsSuspect) = (ObjectFate.Untouched, TrackedObject.Unplaced, false);
                return true;
            case ObjectFate.Survives:
                CountFirst(one, survived: true);
                var moved = one;
                (moved.Address, moved.Fate, moved.Generation, moved.IsSuspect) = (one.NewAddress, ObjectFate.Untouched, TrackedObject.Unplaced, false);
                _moving.Add(moved);
                return false;
            case ObjectFate.Overwritten:
                Replaced++;
                return false;
            default:
                if (_hasLost) Untraced += Rate.Of(one.Size);
                else CountFirst(one, survived: false);
                return false;
        }
    }

    // How many of a site's objects survive the first collection that looks at them.
    void CountFirst(in TrackedObject one, bool survived)
    {
        if (one.BornAfter != _blocking || one.IsSuspect) return;
        while (_firsts.Count <= one.Site)
            _firsts.Add(default);
        ref var first = ref CollectionsMarshal.AsSpan(_firsts)[one.Site];
        first = (first.Seen + 1, first.Survived + (survived ? 1 : 0));
        _allFirsts = (_allFirsts.Seen + 1, _allFirsts.Survived + (survived ? 1 : 0));
    }

    /// <summary>
    /// Whether what survives at a suspect's place is the suspect. Either it lives, as its site's objects do with the probability p, or it is dead and something else lives there, as in the share f of the
    /// memory that was looked at: by Bayes' rule it is the suspect with the probability p/(p+(1-p)·f), and it is kept with just that, so that sums are right in the mean.
    /// </summary>
    bool IsLikelyIt(in TrackedObject one)
    {
        var all = (_allFirsts.Survived + 1.0) / (_allFirsts.Seen + 2.0);
        var (seen, survived) = one.Site < _firsts.Count ? _firsts[one.Site] : default;
        var lives = (survived + 2 * all) / (seen + 2.0);
        var occupied = _lookedAt == 0 ? 1 : Math.Min(1, (double)_told / _lookedAt);
        return _random.NextDouble() < lives / (lives + (1 - lives) * occupied);
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
        (_isWalking, _hasWalked) = (false, true);
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
