namespace Vitrine.Guard.Limits;

/// <summary>The places of looks that may run at once: so many in all, and so many at each instrument. Taking and giving back allocates nothing.</summary>
sealed class LookPlaces(TimeProvider time)
{
    struct Place
    {
        public bool IsTaken;
        public InstrumentKey Instrument;
        public long EndsAt;
    }

    readonly Lock _lock = new();
    Place[] _places = new Place[4];
    int _taken;

    /// <summary>Places that are taken now.</summary>
    public int Taken
    {
        get { lock (_lock) return _taken; }
    }

    /// <summary>Takes a place; negative when there is none.</summary>
    /// <param name="instrument">For what.</param>
    /// <param name="most">Places in all.</param>
    /// <param name="mostOfInstrument">Places of this instrument.</param>
    /// <param name="lasts">How long it will be taken, by the look's own word.</param>
    /// <param name="isFull">Where there is none: whether that is so in all, or only at this instrument.</param>
    /// <param name="retryAfter">Where there is none: when the first of those that are in the way ends, by their own word.</param>
    public int TryTake(in InstrumentKey instrument, int most, int mostOfInstrument, TimeSpan lasts, out bool isFull, out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            int free = -1, same = 0;
            long first = long.MaxValue, firstSame = long.MaxValue;
            for (var i = 0; i < _places.Length; i++)
            {
                ref readonly var place = ref _places[i];
                if (!place.IsTaken)
                {
                    if (free < 0) free = i;
                    continue;
                }
                first = Math.Min(first, place.EndsAt);
                if (place.Instrument != instrument) continue;
                same++;
                firstSame = Math.Min(firstSame, place.EndsAt);
            }
            isFull = _taken >= most;
            retryAfter = TimeSpan.Zero;
            if (isFull || same >= mostOfInstrument)
            {
                retryAfter = TimeSpan.FromSeconds(Math.Max(0, (double)((isFull ? first : firstSame) - now) / time.TimestampFrequency));
                return -1;
            }
            if (free < 0)
            {
                // The limit was raised; it is bounded where it is read.
                free = _places.Length;
                Array.Resize(ref _places, _places.Length * 2);
            }
            _places[free] = new() { IsTaken = true, Instrument = instrument, EndsAt = now + (long)(lasts.TotalSeconds * time.TimestampFrequency) };
            _taken++;
            return free;
        }
    }

    /// <summary>Gives a place back, once.</summary>
    public void GiveBack(int place)
    {
        lock (_lock)
        {
            if (!_places[place].IsTaken) throw new InvalidOperationException("The place was given back before.");
            _places[place] = default;
            _taken--;
        }
    }
}
