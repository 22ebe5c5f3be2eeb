using System.Collections.Concurrent;

namespace Vitrine.Doors.Looks;

/// <summary>One place for recordings of each instrument of a service: two at once would disturb each other, whoever asks.</summary>
sealed class RecordingPlaces
{
    readonly ConcurrentDictionary<(string Service, string Instrument), byte> _taken = new();

    /// <summary>Takes the place. Disposing gives it back.</summary>
    /// <exception cref="LookFaultException">It is taken.</exception>
    public IDisposable Take(string service, string instrument) =>
        _taken.TryAdd((service, instrument), 0) ? new Place(() => _taken.TryRemove((service, instrument), out _)) : throw InUse(instrument);

    // Go's words for the two that it has.
    static LookFaultException InUse(string instrument) => new(LookStatus.Failed, instrument switch
    {
        "cpu" => "Could not enable CPU profiling: cpu profiling already in use",
        "trace" => "Could not enable tracing: tracing already enabled",
        _ => $"Could not enable {instrument}: it is being recorded already",
    });

    sealed class Place(Action giveBack) : IDisposable
    {
        Action? _giveBack = giveBack;

        public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
    }
}
