using System.Collections;
using Vitrine.Doors.Looks;

namespace Vitrine.Agent.Gate.Services;

/// <summary>The services that are shown now: exchanged as a whole when the settings change, and never empty. Thread-safe.</summary>
sealed class LiveServices(IReadOnlyList<GateService> first) : IReadOnlyList<IShownService>
{
    volatile IReadOnlyList<GateService> _now = first;

    /// <summary>The services of now.</summary>
    public IReadOnlyList<GateService> Now
    {
        get => _now;
        set => _now = value;
    }

    /// <inheritdoc/>
    public int Count => _now.Count;

    /// <inheritdoc/>
    public IShownService this[int index] => _now[index];

    /// <inheritdoc/>
    public IEnumerator<IShownService> GetEnumerator() => _now.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
