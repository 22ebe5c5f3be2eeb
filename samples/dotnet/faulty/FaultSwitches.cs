using Faulty.Faults;

namespace Faulty;

/// <summary>The faults, and which of them are on.</summary>
sealed class FaultSwitches
{
    readonly Lock _gate = new();
    readonly Dictionary<string, CancellationTokenSource> _on = [];

    /// <summary>All there are.</summary>
    public IReadOnlyList<IFault> All { get; } = [new HotLoop(), new AllocationStorm(), new LockConvoy(), new Starvation(), new LeakedTasks(), new CacheLeak()];

    public bool IsOn(string name)
    {
        lock (_gate)
            return _on.ContainsKey(name);
    }

    /// <summary>Switches a fault; false when there is none of that name.</summary>
    public bool Switch(string name, bool on)
    {
        if (All.FirstOrDefault(one => one.Name == name) is not { } fault) return false;
        lock (_gate)
        {
            if (on && !_on.ContainsKey(name))
            {
                var stop = _on[name] = new();
                fault.Begin(stop.Token);
            }
            else if (!on && _on.Remove(name, out var running))
            {
                // Not disposed: the fault's threads may be about to wait for it once more.
                running.Cancel();
            }
        }
        return true;
    }
}
